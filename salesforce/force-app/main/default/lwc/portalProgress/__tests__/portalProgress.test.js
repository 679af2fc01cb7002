import {
    canStart,
    causeOf,
    Follower,
    format,
    isMoving,
    startsAttempt,
    stateOf
} from 'c/portalProgress';

const order = (values) => ({
    attemptCount: 1,
    provisioningStatus: 'Not Started',
    stops: [],
    ...values
});

describe('stateOf', () => {
    it.each([
        ['ready', {}],
        ['ready', { provisioningStatus: undefined }],
        ['running', { provisioningStatus: 'Queued' }],
        ['running', { provisioningStatus: 'In Progress' }],
        ['delayed', { provisioningStatus: 'In Progress', errorCode: 'whmcs-unavailable' }],
        ['scheduled', { provisioningStatus: 'Scheduled' }],
        ['provisioned', { provisioningStatus: 'Provisioned', stops: [{ code: 'order-status' }] }],
        ['failed', { provisioningStatus: 'Failed', errorCode: 'order-empty' }],
        ['stopped', { provisioningStatus: 'Failed', stops: [{ code: 'order-empty' }] }],
        ['cancelled', { errorCode: 'cancelled' }]
    ])('is %s', (state, values) => {
        expect(stateOf(order(values))).toBe(state);
    });

    it('is requested until the attempt of the press is recorded', () => {
        const outcome = { follow: true, expectedAttempt: 2 };
        const failed = { provisioningStatus: 'Failed', errorCode: 'order-empty' };
        expect(stateOf(order(failed), outcome)).toBe('requested');
        expect(stateOf(order({ ...failed, attemptCount: 2 }), outcome)).toBe('failed');
        expect(stateOf(order(failed), { follow: false, expectedAttempt: 2 })).toBe('failed');
    });

    it('allows a press only when nothing is under way', () => {
        const states = ['ready', 'failed', 'cancelled', 'stopped', 'provisioned', 'requested'];
        expect(states.filter(canStart)).toEqual(['ready', 'failed', 'cancelled']);
        expect([...states, 'running', 'delayed', 'scheduled'].filter(isMoving)).toEqual([
            'requested',
            'running',
            'delayed',
            'scheduled'
        ]);
    });
});

describe('causeOf', () => {
    it.each([
        ['No card. Ask for one.', 'Ask for one.', 'No card.'],
        ['No card. Ask for one.', '登録を依頼してください。', 'No card. Ask for one.'],
        ['No card.', 'Ask for one.', 'No card.'],
        ['No card.', undefined, 'No card.'],
        [undefined, 'Ask for one.', undefined]
    ])('is what the remedy does not say: %s, %s', (message, remedy, cause) => {
        expect(causeOf(message, remedy)).toBe(cause);
    });
});

describe('startsAttempt', () => {
    it.each([
        [undefined, false],
        [{}, false],
        [{ expectedAttempt: null }, false],
        [{ expectedAttempt: 1 }, true]
    ])('knows outcomes without an attempt, which Apex gives as null: %o', (outcome, starts) => {
        expect(startsAttempt(outcome)).toBe(starts);
    });
});

describe('format', () => {
    it('replaces placeholders by position', () => {
        expect(format('{1} of {0}', 'b', 'a')).toBe('a of b');
    });
});

describe('Follower', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('looks with growing pauses until there is nothing more to see', async () => {
        const moments = [];
        const begin = Date.now();
        const onEnd = jest.fn();
        const follower = new Follower(() => {
            moments.push(Date.now() - begin);
            return moments.length < 5;
        }, onEnd);
        follower.start();
        await jest.advanceTimersByTimeAsync(60000);
        expect(moments).toEqual([2000, 5000, 10000, 20000, 30000]);
        expect(follower.active).toBe(false);
        expect(onEnd).not.toHaveBeenCalled();
    });

    it('ends after five minutes', async () => {
        const onEnd = jest.fn();
        const follower = new Follower(() => true, onEnd);
        follower.start();
        await jest.advanceTimersByTimeAsync(310000);
        expect(onEnd).toHaveBeenCalledTimes(1);
        expect(jest.getTimerCount()).toBe(0);
    });

    it('does not go on when it was stopped during a look', async () => {
        let answer;
        const follower = new Follower(
            () =>
                new Promise((resolve) => {
                    answer = resolve;
                }),
            jest.fn()
        );
        follower.start();
        await jest.advanceTimersByTimeAsync(2000);
        follower.stop();
        answer(true);
        await jest.advanceTimersByTimeAsync(60000);
        expect(jest.getTimerCount()).toBe(0);
    });
});
