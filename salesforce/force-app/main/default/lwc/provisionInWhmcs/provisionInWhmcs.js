import { api, LightningElement } from 'lwc';
import { CloseActionScreenEvent } from 'lightning/actions';
import { notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import { provision, read } from 'c/portalApex';
import { labels, statusLabel, stepLabel } from 'c/portalLabels';
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

/** The dialog behind the button "Provision in WHMCS" of an Order. */
export default class ProvisionInWhmcs extends LightningElement {
    labels = labels;
    order;
    outcome;
    problem;
    calling = false;
    gaveUp = false;
    _recordId;
    _closed = false;
    _follower = new Follower(
        () => this.look(),
        () => {
            this.gaveUp = true;
        }
    );

    // The platform sets the id of a quick action's record after connectedCallback.
    @api
    get recordId() {
        return this._recordId;
    }
    set recordId(value) {
        if (value && value !== this._recordId) {
            this._recordId = value;
            this.open();
        }
    }

    disconnectedCallback() {
        this._closed = true;
        this._follower.stop();
    }

    async open() {
        await this.load();
        this.followIfMoving();
    }

    /** Reads the order. A failure is shown only while there is nothing else to show. */
    async load() {
        try {
            const [order] = await read([this._recordId], labels.readFailed);
            if (!order) {
                throw new Error(labels.hidden);
            }
            const changed =
                this.order !== undefined &&
                (this.order.provisioningStatus !== order.provisioningStatus ||
                    this.order.errorCode !== order.errorCode);
            this.order = order;
            this.problem = undefined;
            if (changed) {
                this.refreshPage();
            }
        } catch (error) {
            if (!this.order) {
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

    async handleProvision() {
        if (this.calling || !this.canPress) {
            return;
        }
        this.calling = true;
        this._follower.stop();
        try {
            this.outcome = await provision(this._recordId, labels.callFailed);
        } catch (error) {
            this.outcome = {
                code: 'no-answer',
                message: error.message,
                follow: false,
                outcomeUnknown: true,
                expectedAttempt: this.order.attemptCount + 1
            };
        }
        await this.load();
        this.calling = false;
        this.refreshPage();
        this.followIfMoving();
        if (!this.canPress) {
            this.refs.close?.focus();
        }
    }

    handleClose() {
        this.dispatchEvent(new CloseActionScreenEvent());
    }

    /** Tells the record page behind the dialog to read the order again. */
    refreshPage() {
        notifyRecordUpdateAvailable([{ recordId: this._recordId }]);
    }

    get state() {
        return this.order && stateOf(this.order, this.outcome);
    }

    /** Whether the order may change without another press. */
    get mayChange() {
        return this.order !== undefined && (isMoving(this.state) || this.isUndecided);
    }

    /** Whether the portal may have taken a request without saying so. */
    get isUndecided() {
        return (
            this.outcome?.outcomeUnknown === true &&
            this.order.attemptCount < this.outcome.expectedAttempt
        );
    }

    get isLoading() {
        return !this.order && !this.problem;
    }

    get canPress() {
        return this.order !== undefined && canStart(this.state);
    }

    get pressDisabled() {
        return this.calling || !this.canPress;
    }

    get pressShown() {
        return this.order !== undefined && !isMoving(this.state) && this.state !== 'provisioned';
    }

    get pressLabel() {
        return this.state === 'failed' || this.outcome ? labels.tryAgain : labels.provision;
    }

    get statusText() {
        return this.state === 'requested'
            ? labels.statusRequested
            : statusLabel(this.order.provisioningStatus);
    }

    get linesTitle() {
        return this.state === 'provisioned' ? labels.linesDone : labels.lines;
    }

    get lines() {
        return this.order.lines.map((line) => ({
            key: line.lineId,
            text: `${line.quantity} × ${line.productName}`,
            cycle: line.billingCycle,
            services: line.serviceIds && format(labels.services, line.serviceIds),
            notMapped: !line.mapped
        }));
    }

    get hasLines() {
        return this.order.lines.length > 0;
    }

    get stops() {
        return this.state === 'stopped'
            ? this.order.stops.map((stop, index) => ({ key: index, text: stopText(stop) }))
            : undefined;
    }

    /** The box about a failure, a delay or a cancellation. */
    get notice() {
        const title = {
            failed: labels.failed,
            delayed: labels.delayed,
            cancelled: labels.cancelled,
            stopped: this.order.provisioningStatus === 'Failed' ? labels.failed : undefined
        }[this.state];
        if (!title) {
            return undefined;
        }
        const delayed = this.state === 'delayed';
        const remedy = remedyFor(this.order.errorCode) ?? labels.unknownCode;
        return {
            title,
            theme: `slds-scoped-notification slds-media slds-media_center notice ${
                delayed || this.state === 'cancelled' ? 'slds-scoped-notification_light' : 'failure'
            }`,
            message: causeOf(this.order.errorMessage, remedy),
            remedy: delayed ? undefined : remedy,
            code: this.order.errorCode && format(labels.errorCode, this.order.errorCode)
        };
    }

    /** What the last press came to; out of date once the attempt has ended. */
    get outcomeText() {
        const over =
            startsAttempt(this.outcome) &&
            this.outcome.expectedAttempt <= this.order.attemptCount &&
            !isMoving(this.state);
        // Apex looks for itself; what it found is in the list of stops by now.
        const told = this.outcome?.code === 'stopped' && this.stops !== undefined;
        return over || told ? undefined : this.outcome?.message;
    }

    get correlation() {
        return (
            this.outcome?.correlationId && format(labels.correlation, this.outcome.correlationId)
        );
    }

    get stepText() {
        return isMoving(this.state) && this.outcome?.step
            ? format(labels.stepNow, stepLabel(this.outcome.step))
            : undefined;
    }

    get isDone() {
        return this.state === 'provisioned';
    }

    get iccids() {
        return this.order.iccids ? this.order.iccids.split(',') : undefined;
    }

    get stages() {
        const reached = {
            requested: 1,
            scheduled: 2,
            running: 2,
            delayed: 2,
            failed: 2,
            provisioned: 4
        }[this.state];
        if (reached === undefined) {
            return undefined;
        }
        const names = [
            labels.stageRequested,
            labels.stageAccepted,
            labels.stageRunning,
            labels.stageProvisioned
        ];
        return names.map((name, index) => this.stage(name, index, reached));
    }

    stage(name, index, reached) {
        let state = 'waiting';
        if (index < reached) {
            state = 'done';
        } else if (index === reached) {
            state = this.state === 'failed' ? 'failed' : 'current';
        }
        return {
            name,
            style: `stage ${state}`,
            current: state === 'current' ? 'step' : undefined,
            state: ` (${labels.stageStates[state]})`
        };
    }

    get followText() {
        if (!isMoving(this.state)) {
            return undefined;
        }
        return this.gaveUp ? labels.stillRunning : labels.mayClose;
    }
}
