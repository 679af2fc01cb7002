/**
 * Calls an @AuraEnabled method. Rejects as the platform does: with what went wrong in `body`.
 */
export async function callApex(method, parameters) {
    let answer;
    let content;
    try {
        answer = await fetch(`/salesforce/apex/${method}`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(parameters ?? {})
        });
        content = await answer.json();
    } catch (error) {
        throw failure({ message: `Salesforce did not answer (${error.message}).` });
    }
    if (!answer.ok) {
        throw failure(content);
    }
    return content.returnValue;
}

function failure(body) {
    return Object.assign(new Error(body.message), { body });
}
