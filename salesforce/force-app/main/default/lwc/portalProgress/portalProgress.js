/** Provisioning_Status__c while an attempt is under way. */
const UNDER_WAY = ['Queued', 'Scheduled', 'In Progress'];
const PAUSES = [2000, 3000, 5000, 10000];
const FOLLOW_MILLISECONDS = 300000;

/**
 * Returns how an order stands, given what came of the press before (or nothing): one of
 * requested, running, delayed, scheduled, provisioned, failed, cancelled, stopped, ready.
 */
export function stateOf(order, outcome) {
    // The Order shows the state before the press until the first step of the attempt is over.
    if (outcome?.follow && order.attemptCount < outcome.expectedAttempt) {
        return 'requested';
    }
    if (order.provisioningStatus === 'Scheduled') {
        return 'scheduled';
    }
    if (UNDER_WAY.includes(order.provisioningStatus)) {
        return order.errorCode ? 'delayed' : 'running';
    }
    if (order.provisioningStatus === 'Provisioned') {
        return 'provisioned';
    }
    if (order.stops.length > 0) {
        return 'stopped';
    }
    if (order.provisioningStatus === 'Failed') {
        return 'failed';
    }
    return order.errorCode === 'cancelled' ? 'cancelled' : 'ready';
}

/** Whether an outcome is about an attempt; Apex gives null or nothing where it is not. */
export function startsAttempt(outcome) {
    return Number.isInteger(outcome?.expectedAttempt);
}

/** Whether the order's state is going to change by itself. */
export function isMoving(state) {
    return ['requested', 'running', 'delayed', 'scheduled'].includes(state);
}

/** Whether the button may be pressed. */
export function canStart(state) {
    return ['ready', 'failed', 'cancelled'].includes(state);
}

/** Replaces {0}, {1}, … in a label. */
export function format(label, ...values) {
    return values.reduce((text, value, index) => text.replace(`{${index}}`, value), label);
}

/**
 * Returns what was found, without what to do about it: the portal writes both into the order's
 * message, and the screens show the second one in the user's language.
 */
export function causeOf(message, remedy) {
    return remedy && message?.endsWith(remedy)
        ? message.slice(0, message.length - remedy.length).trim()
        : message;
}

/** Calls `look` again and again, with growing pauses, for five minutes at most. */
export class Follower {
    _timer;
    _looks = 0;
    _until = 0;

    /** `look` returns (a promise of) whether to go on; `onEnd` hears that the time is over. */
    constructor(look, onEnd) {
        this._look = look;
        this._onEnd = onEnd;
    }

    get active() {
        return this._timer !== undefined;
    }

    start() {
        this.stop();
        this._looks = 0;
        this._until = Date.now() + FOLLOW_MILLISECONDS;
        this._schedule();
    }

    stop() {
        clearTimeout(this._timer);
        this._timer = undefined;
    }

    _schedule() {
        const pause = PAUSES[Math.min(this._looks, PAUSES.length - 1)];
        this._looks += 1;
        // Salesforce does not tell a component of changes by other users: it has to look.
        // eslint-disable-next-line @lwc/lwc/no-async-operation
        const timer = setTimeout(() => this._next(timer), pause);
        this._timer = timer;
    }

    async _next(timer) {
        const goOn = await this._look();
        if (this._timer !== timer) {
            return;
        }
        this._timer = undefined;
        if (goOn && Date.now() >= this._until) {
            this._onEnd();
        } else if (goOn) {
            this._schedule();
        }
    }
}
