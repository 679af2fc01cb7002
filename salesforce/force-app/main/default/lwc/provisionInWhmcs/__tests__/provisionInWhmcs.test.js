import { createElement } from 'lwc';
import { notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import provision from '@salesforce/apex/PortalProvisioningController.provision';
import readOrders from '@salesforce/apex/PortalProvisioningController.readOrders';
import ProvisionInWhmcs from 'c/provisionInWhmcs';

jest.mock(
    '@salesforce/apex/PortalProvisioningController.provision',
    () => ({ default: jest.fn() }),
    { virtual: true }
);
jest.mock(
    '@salesforce/apex/PortalProvisioningController.readOrders',
    () => ({ default: jest.fn() }),
    { virtual: true }
);

const ID = '801000000000001AAA';
const LINE = {
    lineId: '802000000000001AAA',
    productName: 'Internet 1G',
    productCode: 'NET-1G',
    quantity: 1,
    billingCycle: 'monthly',
    mapped: true
};
const order = (values) => ({
    orderId: ID,
    orderNumber: '00000101',
    accountName: 'Sato',
    orderStatus: 'Approved',
    provisioningStatus: 'Not Started',
    attemptCount: 0,
    lines: [LINE],
    stops: [],
    ...values
});
const accepted = (values) => ({
    code: 'accepted',
    message: 'Accepted.',
    accepted: true,
    follow: true,
    outcomeUnknown: false,
    expectedAttempt: 1,
    correlationId: 'c-1',
    ...values
});
const failed = (code, values) =>
    order({
        provisioningStatus: 'Failed',
        attemptCount: 1,
        errorCode: code,
        errorMessage: 'What was found.',
        ...values
    });

const settle = () => jest.advanceTimersByTimeAsync(0);
const pass = (seconds) => jest.advanceTimersByTimeAsync(seconds * 1000);
const find = (element, id) => element.shadowRoot.querySelector(`[data-id="${id}"]`);
const text = (element, id) => find(element, id)?.textContent.replace(/\s+/g, ' ').trim();

async function open(...orders) {
    orders.forEach((one) => readOrders.mockResolvedValueOnce([one]));
    readOrders.mockResolvedValue([orders.at(-1)]);
    const element = createElement('c-provision-in-whmcs', { is: ProvisionInWhmcs });
    document.body.appendChild(element);
    element.recordId = ID;
    await settle();
    return element;
}

async function press(element) {
    find(element, 'provision').click();
    await settle();
}

describe('c-provision-in-whmcs', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => {
        document.body.replaceChildren();
        const timers = jest.getTimerCount();
        jest.resetAllMocks();
        jest.useRealTimers();
        if (timers > 0) {
            throw new Error('The component left a timer behind.');
        }
    });

    it('shows what will be provisioned before the press', async () => {
        const element = await open(
            order({
                scheduledAt: '2026-12-01T00:00:00.000Z',
                lines: [LINE, { ...LINE, lineId: 'b', productName: 'SIM', quantity: 2 }]
            })
        );
        expect(readOrders).toHaveBeenCalledWith({ orderIds: [ID] });
        expect(text(element, 'number')).toBe('00000101');
        expect(text(element, 'status')).toBe('Not started');
        expect(find(element, 'scheduled').firstChild.value).toBe('2026-12-01T00:00:00.000Z');
        expect(text(element, 'lines')).toContain('1 × Internet 1G');
        expect(text(element, 'lines')).toContain('2 × SIM');
        expect(find(element, 'provision').disabled).toBe(false);
        expect(find(element, 'provision').label).toBe('Provision');
        expect(find(element, 'stages')).toBeNull();
        expect(provision).not.toHaveBeenCalled();
    });

    it('reads nothing before the platform has set the record id', async () => {
        const element = createElement('c-provision-in-whmcs', { is: ProvisionInWhmcs });
        document.body.appendChild(element);
        await settle();
        expect(readOrders).not.toHaveBeenCalled();
        expect(element.shadowRoot.querySelector('lightning-spinner')).not.toBeNull();
    });

    it('says what would stop the order and does not let it be pressed', async () => {
        const element = await open(
            order({
                lines: [{ ...LINE, mapped: false }],
                stops: [
                    { code: 'order-status', detail: 'Draft' },
                    { code: 'product-not-mapped', detail: 'Internet 1G' },
                    { code: 'order-empty' }
                ]
            })
        );
        expect(text(element, 'stops')).toContain('then press again. (Draft)');
        expect(text(element, 'stops')).toContain('(Internet 1G)');
        expect(text(element, 'stops')).not.toContain('()');
        expect(text(element, 'lines')).toContain('not mapped to WHMCS');
        expect(find(element, 'provision').disabled).toBe(true);
        find(element, 'provision').click();
        await settle();
        expect(provision).not.toHaveBeenCalled();
    });

    it('calls once, follows the order to its end and shows the result', async () => {
        const running = order({ provisioningStatus: 'In Progress', attemptCount: 1 });
        const element = await open(
            order(),
            order(),
            running,
            order({
                provisioningStatus: 'Provisioned',
                attemptCount: 1,
                whmcsOrderId: '4711',
                iccids: '8981000000000000001,8981000000000000002',
                lines: [{ ...LINE, serviceIds: '12,13' }]
            })
        );
        provision.mockResolvedValue(accepted());
        find(element, 'provision').click();
        find(element, 'provision').click();
        await settle();
        expect(provision).toHaveBeenCalledTimes(1);
        expect(provision).toHaveBeenCalledWith({ orderId: ID });
        expect(text(element, 'outcome')).toBe('Accepted.');
        expect(text(element, 'correlation')).toContain('c-1');
        expect(text(element, 'status')).toBe('Requested');
        expect(text(element, 'stages')).toContain('Accepted by the portal (current step)');
        expect(text(element, 'follow')).toContain('You can close this window');
        expect(find(element, 'provision')).toBeNull();
        await pass(2);
        expect(text(element, 'status')).toBe('In progress');
        expect(text(element, 'stages')).toContain('In progress (current step)');
        await pass(3);
        expect(text(element, 'status')).toBe('Provisioned');
        expect(text(element, 'done')).toBe('The order is provisioned');
        expect(text(element, 'result')).toContain('4711');
        expect(text(element, 'result')).toContain('8981000000000000002');
        expect(text(element, 'lines')).toContain('WHMCS services: 12,13');
        expect(find(element, 'outcome')).toBeNull();
        expect(find(element, 'provision')).toBeNull();
        expect(notifyRecordUpdateAvailable).toHaveBeenCalledTimes(3);
        expect(notifyRecordUpdateAvailable).toHaveBeenLastCalledWith([{ recordId: ID }]);
    });

    it('does not take the old failure for the result of a new press', async () => {
        const element = await open(failed('order-empty'));
        provision.mockResolvedValue(accepted({ expectedAttempt: 2 }));
        await press(element);
        expect(find(element, 'notice')).toBeNull();
        expect(text(element, 'status')).toBe('Requested');
        await pass(20);
        expect(text(element, 'status')).toBe('Requested');
        readOrders.mockResolvedValue([failed('product-unknown', { attemptCount: 2 })]);
        await pass(10);
        expect(text(element, 'status')).toBe('Failed');
        expect(text(element, 'notice')).toContain('product-unknown');
    });

    it.each([
        ['payment-method-missing', 'ask for one'],
        ['module-failed', 'Module Queue'],
        ['salesforce-access-denied', 'run ops doctor'],
        ['from-the-future', 'Correct what the message names']
    ])('tells the remedy of %s', async (code, remedy) => {
        const element = await open(failed(code));
        expect(text(element, 'notice')).toContain('Provisioning failed');
        expect(text(element, 'notice')).toContain('What was found.');
        expect(text(element, 'remedy')).toContain(remedy);
        expect(text(element, 'notice')).toContain(`Error code: ${code}`);
        expect(text(element, 'stages')).toContain('In progress (failed)');
        expect(find(element, 'provision').label).toBe('Try again');
    });

    it('does not say the remedy twice', async () => {
        const remedy = 'The Order has no products: add them, then press again.';
        const element = await open(failed('order-empty', { errorMessage: `Nothing. ${remedy}` }));
        expect(text(element, 'remedy')).toContain(remedy);
        expect(text(element, 'notice').split(remedy)).toHaveLength(2);
    });

    it('shows once what has stopped the order since it was opened', async () => {
        const element = await open(
            order(),
            order({ orderStatus: 'Cancelled', stops: [{ code: 'order-status' }] })
        );
        provision.mockResolvedValue({ code: 'stopped', message: 'The order was not sent. Move …' });
        await press(element);
        expect(text(element, 'stops')).toContain('Move the Order');
        expect(find(element, 'outcome')).toBeNull();
    });

    it('shows an answer that is about no attempt', async () => {
        const element = await open(order());
        provision.mockResolvedValue(
            accepted({ message: 'Ask.', accepted: false, follow: false, expectedAttempt: null })
        );
        await press(element);
        expect(text(element, 'outcome')).toBe('Ask.');
    });

    it('shows a failure and what stops the next attempt together', async () => {
        const element = await open(
            failed('product-not-mapped', { stops: [{ code: 'product-not-mapped', detail: 'SIM' }] })
        );
        expect(text(element, 'notice')).toContain('Provisioning failed');
        expect(text(element, 'stops')).toContain('(SIM)');
        expect(find(element, 'provision').disabled).toBe(true);
    });

    it('follows an attempt that was under way before it was opened', async () => {
        const element = await open(
            order({ provisioningStatus: 'In Progress', attemptCount: 1 }),
            failed('esim-refused')
        );
        expect(find(element, 'provision')).toBeNull();
        await pass(2);
        expect(text(element, 'status')).toBe('Failed');
        expect(notifyRecordUpdateAvailable).toHaveBeenCalledTimes(1);
    });

    it('shows a wait for another system as a wait, not as a failure', async () => {
        const element = await open(
            order({
                provisioningStatus: 'In Progress',
                attemptCount: 1,
                errorCode: 'whmcs-unavailable',
                errorMessage: 'WHMCS was not available at 10:00 UTC.'
            }),
            order({ provisioningStatus: 'Provisioned', attemptCount: 1, whmcsOrderId: '1' })
        );
        expect(text(element, 'notice')).toContain('Provisioning is waiting');
        expect(text(element, 'notice')).toContain('WHMCS was not available at 10:00 UTC.');
        expect(find(element, 'remedy')).toBeNull();
        await pass(2);
        expect(find(element, 'notice')).toBeNull();
    });

    it('offers a cancelled attempt again', async () => {
        const element = await open(order({ attemptCount: 1, errorCode: 'cancelled' }));
        expect(text(element, 'notice')).toContain('Provisioning was cancelled');
        expect(find(element, 'provision').disabled).toBe(false);
    });

    it('explains a refusal and can be pressed again', async () => {
        const element = await open(order());
        const refusal = {
            code: 'signature',
            message: 'Ask.',
            follow: false,
            outcomeUnknown: false
        };
        provision.mockResolvedValueOnce(refusal).mockResolvedValueOnce(accepted());
        await press(element);
        expect(text(element, 'outcome')).toBe('Ask.');
        expect(find(element, 'correlation')).toBeNull();
        expect(find(element, 'provision').label).toBe('Try again');
        await press(element);
        expect(text(element, 'outcome')).toBe('Accepted.');
        document.body.replaceChildren();
    });

    it('watches the order after an unknown outcome and lets it be pressed again', async () => {
        const element = await open(order());
        provision.mockResolvedValueOnce(
            accepted({
                code: 'no-answer',
                message: 'No answer.',
                follow: false,
                outcomeUnknown: true
            })
        );
        await press(element);
        expect(text(element, 'outcome')).toBe('No answer.');
        expect(find(element, 'provision').disabled).toBe(false);
        readOrders.mockResolvedValue([
            order({ provisioningStatus: 'In Progress', attemptCount: 1 })
        ]);
        await pass(2);
        expect(text(element, 'status')).toBe('In progress');
        expect(find(element, 'provision')).toBeNull();
        readOrders.mockResolvedValue([
            order({ provisioningStatus: 'Provisioned', attemptCount: 1 })
        ]);
        await pass(3);
        expect(find(element, 'outcome')).toBeNull();
    });

    it('names the step when another attempt is under way', async () => {
        const element = await open(
            order(),
            order({ provisioningStatus: 'In Progress', attemptCount: 1 }),
            order({ provisioningStatus: 'Provisioned', attemptCount: 1 })
        );
        provision.mockResolvedValue(
            accepted({ code: 'running', message: 'Under way.', accepted: false, step: 'add_order' })
        );
        await press(element);
        expect(text(element, 'step')).toBe('Step: order in WHMCS');
        await pass(2);
        expect(find(element, 'step')).toBeNull();
    });

    it('survives a failure of the platform', async () => {
        const element = await open(order());
        provision.mockRejectedValue({ body: { message: 'internal', stackTrace: 'Class.X' } });
        await press(element);
        expect(text(element, 'outcome')).toContain('Salesforce could not run the action');
        expect(find(element, 'provision').disabled).toBe(false);
        document.body.replaceChildren();
    });

    it('keeps what it shows when a look fails', async () => {
        const element = await open(order({ provisioningStatus: 'In Progress', attemptCount: 1 }));
        readOrders.mockRejectedValueOnce({ body: { message: 'offline' } });
        await pass(2);
        expect(text(element, 'status')).toBe('In progress');
        expect(find(element, 'problem')).toBeNull();
        readOrders.mockResolvedValue([
            order({ provisioningStatus: 'Provisioned', attemptCount: 1 })
        ]);
        await pass(3);
        expect(text(element, 'status')).toBe('Provisioned');
    });

    it.each([
        ['You have no access.', { body: { message: 'You have no access.' } }],
        ['could not be read', { body: { message: 'List index', stackTrace: 'Class.X' } }],
        ['could not be read', new Error('network')]
    ])('says why the order cannot be read: %s', async (message, error) => {
        readOrders.mockRejectedValue(error);
        const element = createElement('c-provision-in-whmcs', { is: ProvisionInWhmcs });
        document.body.appendChild(element);
        element.recordId = ID;
        await settle();
        expect(text(element, 'problem')).toContain(message);
        expect(find(element, 'provision')).toBeNull();
    });

    it('says that an order is hidden', async () => {
        const element = await open(undefined);
        readOrders.mockResolvedValue([]);
        expect(text(element, 'problem')).toContain('hidden from you');
    });

    it('ends after five minutes and says that it goes on', async () => {
        const element = await open(order({ provisioningStatus: 'Scheduled', attemptCount: 1 }));
        expect(text(element, 'follow')).toContain('You can close this window');
        await pass(310);
        expect(text(element, 'follow')).toContain('longer than five minutes');
        expect(jest.getTimerCount()).toBe(0);
    });

    it('stops looking when it is closed, also during a call', async () => {
        const element = await open(order());
        let answer;
        provision.mockReturnValue(
            new Promise((resolve) => {
                answer = resolve;
            })
        );
        find(element, 'provision').click();
        await settle();
        expect(find(element, 'provision').disabled).toBe(true);
        document.body.removeChild(element);
        answer(accepted());
        await settle();
        expect(jest.getTimerCount()).toBe(0);
    });

    it('closes on request', async () => {
        const element = await open(order());
        const closed = jest.fn();
        element.addEventListener('lightning__actionsclosescreen', closed);
        find(element, 'close').click();
        expect(closed).toHaveBeenCalledTimes(1);
    });
});
