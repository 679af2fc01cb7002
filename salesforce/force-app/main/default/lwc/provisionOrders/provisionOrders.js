import { api, LightningElement } from 'lwc';
import { notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import { provision, read } from 'c/portalApex';
import { labels, statusLabel } from 'c/portalLabels';
import {
    canStart,
    causeOf,
    Follower,
    format,
    isMoving,
    startsAttempt,
    stateOf
} from 'c/portalProgress';
import { remedyFor, stopText } from 'c/portalRemedies';

/** The screen of the list view's button: provisions the selected orders one after the other. */
export default class ProvisionOrders extends LightningElement {
    /** Ids of the selected orders. */
    @api orderIds = [];
    labels = labels;
    orders;
    outcomes = {};
    problem;
    calling = false;
    gaveUp = false;
    _closed = false;
    _follower = new Follower(
        () => this.look(),
        () => {
            this.gaveUp = true;
        }
    );

    async connectedCallback() {
        if (this.hasSelection) {
            await this.load();
            this.followIfMoving();
        }
    }

    disconnectedCallback() {
        this._closed = true;
        this._follower.stop();
    }

    async load() {
        try {
            this.orders = await read([...new Set(this.orderIds)], labels.readFailed);
            this.problem = undefined;
        } catch (error) {
            if (!this.orders) {
                this.problem = error.message;
            }
        }
    }

    async look() {
        await this.load();
        return this.mayChange;
    }

    followIfMoving() {
        if (!this._closed && this.mayChange && !this._follower.active) {
            this.gaveUp = false;
            this._follower.start();
        }
    }

    /** One call after the other: each is a transaction of its own, and the portal is not flooded. */
    async handleStart() {
        if (this.calling) {
            return;
        }
        this.calling = true;
        this._follower.stop();
        for (const order of this.startable) {
            if (this._closed) {
                break;
            }
            // eslint-disable-next-line no-await-in-loop -- see above
            await this.start(order);
        }
        await this.load();
        this.calling = false;
        notifyRecordUpdateAvailable(this.orders.map((order) => ({ recordId: order.orderId })));
        this.followIfMoving();
        if (!this.startShown) {
            this.refs.orders?.focus();
        }
    }

    async start(order) {
        let outcome;
        try {
            outcome = await provision(order.orderId, labels.callFailed);
        } catch (error) {
            outcome = {
                message: error.message,
                outcomeUnknown: true,
                expectedAttempt: order.attemptCount + 1
            };
        }
        this.outcomes = { ...this.outcomes, [order.orderId]: outcome };
    }

    get hasSelection() {
        return this.orderIds?.length > 0;
    }

    get isLoading() {
        return this.hasSelection && !this.orders && !this.problem;
    }

    stateOf(order) {
        return stateOf(order, this.outcomes[order.orderId]);
    }

    isUndecided(order) {
        const outcome = this.outcomes[order.orderId];
        return outcome?.outcomeUnknown === true && order.attemptCount < outcome.expectedAttempt;
    }

    get mayChange() {
        return (this.orders ?? []).some(
            (order) => isMoving(this.stateOf(order)) || this.isUndecided(order)
        );
    }

    get startable() {
        return this.orders.filter((order) => canStart(this.stateOf(order)));
    }

    get startShown() {
        return this.startable.length > 0;
    }

    get startLabel() {
        return format(labels.bulkStart, this.startable.length);
    }

    get rows() {
        return this.orders.map((order) => {
            const state = this.stateOf(order);
            return {
                key: order.orderId,
                number: order.orderNumber,
                customer: order.accountName,
                status:
                    state === 'requested'
                        ? labels.statusRequested
                        : statusLabel(order.provisioningStatus),
                message: this.messageOf(order, state)
            };
        });
    }

    messageOf(order, state) {
        const outcome = this.outcomes[order.orderId];
        if (outcome && (isMoving(state) || !startsAttempt(outcome))) {
            return outcome.message;
        }
        if (outcome && this.isUndecided(order)) {
            return outcome.message;
        }
        if (state === 'provisioned') {
            return `${labels.whmcsOrder} ${order.whmcsOrderId}`;
        }
        if (state === 'stopped') {
            return order.stops.map(stopText).join(' ');
        }
        if (state === 'ready') {
            return labels.bulkReady;
        }
        if (state === 'failed') {
            const remedy = remedyFor(order.errorCode) ?? labels.unknownCode;
            const cause = causeOf(order.errorMessage, remedy);
            return `${order.errorCode}: ${cause ? `${cause} ` : ''}${remedy}`;
        }
        return order.errorMessage;
    }

    get hiddenText() {
        const hidden = new Set(this.orderIds).size - this.orders.length;
        return hidden > 0 ? format(labels.bulkHidden, hidden) : undefined;
    }

    get summary() {
        if (this.calling) {
            return labels.calling;
        }
        if (Object.keys(this.outcomes).length === 0) {
            return this.startable.length === 0 && !this.mayChange ? labels.bulkNothing : undefined;
        }
        const done = this.orders.filter((order) => this.stateOf(order) === 'provisioned').length;
        const finished = format(labels.bulkFinished, done, this.orders.length);
        return this.gaveUp ? `${finished} ${labels.stillRunning}` : finished;
    }
}
