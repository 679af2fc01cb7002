/** Tells the record page behind the dialog that records have changed. */
export async function notifyRecordUpdateAvailable(records) {
    if (window.parent !== window) {
        window.parent.postMessage({ kind: 'changed', records }, window.location.origin);
    }
}
