import readOrders from '@salesforce/apex/PortalProvisioningController.readOrders';
import startOrder from '@salesforce/apex/PortalProvisioningController.provision';

/** Returns the orders that the user can see. Rejects with the text to show as `message`. */
export async function read(orderIds, fallback) {
    try {
        return await readOrders({ orderIds });
    } catch (error) {
        throw new Error(messageOf(error) ?? fallback);
    }
}

/** Presses the button for one order and returns the outcome. Rejects with a text as above. */
export async function provision(orderId, fallback) {
    try {
        return await startOrder({ orderId });
    } catch {
        // Apex explains all answers of the portal itself: this is the platform's own failure.
        throw new Error(fallback);
    }
}

function messageOf(error) {
    // An exception that Apex did not prepare for users has a stack trace; its text is internal.
    return error?.body?.stackTrace ? undefined : error?.body?.message;
}
