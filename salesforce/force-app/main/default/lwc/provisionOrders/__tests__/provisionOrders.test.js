import { createElement } from 'lwc';
import { notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import provision from '@salesforce/apex/PortalProvisioningController.provision';
import readOrders from '@salesforce/apex/PortalProvisioningController.readOrders';
import ProvisionOrders from 'c/provisionOrders';

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

const order = (orderId, values) => ({
    orderId,
    orderNumber: `No ${orderId}`,
    accountName: 'Sato',
    provisioningStatus: 'Not Started',
    attemptCount: 0,
    lines: [],
    stops: [],
    ...values
});
const done = (orderId) =>
    order(orderId, { provisioningStatus: 'Provisioned', attemptCount: 1, whmcsOrderId: '4711' });
const accepted = { message: 'Accepted.', accepted: true, follow: true, expectedAttempt: 1 };

const settle = () => jest.advanceTimersByTimeAsync(0);
const pass = (seconds) => jest.advanceTimersByTimeAsync(seconds * 1000);
const find = (element, id) => element.shadowRoot.querySelector(`[data-id="${id}"]`);
const messages = (element) =>
    [...element.shadowRoot.querySelectorAll('[data-id="message"]')].map((cell) => cell.textContent);
const statuses = (element) =>
    [...element.shadowRoot.querySelectorAll('[data-id="status"]')].map((cell) => cell.textContent);

async function open(orderIds) {
    const element = createElement('c-provision-orders', { is: ProvisionOrders });
    element.orderIds = orderIds;
    document.body.appendChild(element);
    await settle();
    return element;
}

describe('c-provision-orders', () => {
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

    it('starts what can be started, one after the other, and follows all of it', async () => {
        readOrders.mockResolvedValue([
            order('a'),
            order('b', { provisioningStatus: 'Failed', errorCode: 'order-empty' }),
            order('c', {
                stops: [{ code: 'order-status', detail: 'Draft' }, { code: 'order-empty' }]
            }),
            done('d'),
            order('e', { errorCode: 'cancelled', errorMessage: 'Cancelled.' })
        ]);
        const element = await open(['a', 'b', 'c', 'd', 'e', 'a', 'hidden']);
        expect(readOrders).toHaveBeenCalledWith({ orderIds: ['a', 'b', 'c', 'd', 'e', 'hidden'] });
        expect(find(element, 'hidden').textContent).toContain('1 of the selected orders');
        expect(find(element, 'start').label).toBe('Provision 3 orders');
        expect(messages(element)[0]).toBe('Ready');
        expect(messages(element)[1]).toContain('order-empty: The Order has no products');
        expect(messages(element)[2]).toContain('(Draft)');
        expect(messages(element)[3]).toContain('4711');
        expect(messages(element)[4]).toBe('Cancelled.');

        provision
            .mockResolvedValueOnce(accepted)
            .mockResolvedValueOnce({ message: 'Ask.', follow: false })
            .mockRejectedValueOnce(new Error('network'));
        find(element, 'start').click();
        find(element, 'start').click();
        await settle();
        expect(provision.mock.calls.map(([call]) => call.orderId)).toEqual(['a', 'b', 'e']);
        expect(statuses(element)[0]).toBe('Requested');
        expect(messages(element)[0]).toBe('Accepted.');
        expect(messages(element)[1]).toBe('Ask.');
        expect(messages(element)[4]).toContain('Salesforce could not run the action');
        expect(notifyRecordUpdateAvailable).toHaveBeenCalledTimes(1);

        readOrders.mockResolvedValue(['a', 'b', 'c', 'd', 'e'].map(done));
        await pass(2);
        expect(find(element, 'summary').textContent).toBe('5 of 5 orders are provisioned.');
        expect(find(element, 'start')).toBeNull();
    });

    it('follows orders that are under way, for five minutes', async () => {
        readOrders.mockResolvedValue([
            order('a', { provisioningStatus: 'In Progress', errorMessage: 'WHMCS is down.' })
        ]);
        const element = await open(['a']);
        expect(find(element, 'start')).toBeNull();
        expect(messages(element)).toEqual(['WHMCS is down.']);
        readOrders.mockRejectedValueOnce(new Error('offline'));
        await pass(310);
        expect(statuses(element)).toEqual(['In progress']);
        expect(readOrders.mock.calls.length).toBeGreaterThan(20);
    });

    it('says when the time to follow is over', async () => {
        readOrders.mockResolvedValue([order('a')]);
        const element = await open(['a']);
        provision.mockResolvedValue(accepted);
        find(element, 'start').click();
        await pass(310);
        expect(find(element, 'summary').textContent).toContain('longer than five minutes');
    });

    it('says when nothing can be started', async () => {
        readOrders.mockResolvedValue([order('a', { stops: [{ code: 'order-empty' }] })]);
        const element = await open(['a']);
        expect(find(element, 'summary').textContent).toContain('None of the selected orders');
        expect(find(element, 'start')).toBeNull();
    });

    it.each([[undefined], [[]]])(
        'asks for a selection when there is none: %s',
        async (orderIds) => {
            const element = await open(orderIds);
            expect(find(element, 'none').textContent).toContain('No order was selected');
            expect(readOrders).not.toHaveBeenCalled();
        }
    );

    it('says why the orders cannot be read', async () => {
        readOrders.mockRejectedValue({ body: { message: 'You have no access.' } });
        const element = await open(['a']);
        expect(find(element, 'problem').textContent).toBe('You have no access.');
    });

    it('sends no further order when it is closed', async () => {
        readOrders.mockResolvedValue([order('a'), order('b')]);
        const element = await open(['a', 'b']);
        let answer;
        provision.mockReturnValue(
            new Promise((resolve) => {
                answer = resolve;
            })
        );
        find(element, 'start').click();
        await settle();
        expect(find(element, 'summary').textContent).toContain('Calling the portal');
        document.body.removeChild(element);
        answer(accepted);
        await settle();
        expect(provision).toHaveBeenCalledTimes(1);
    });
});
