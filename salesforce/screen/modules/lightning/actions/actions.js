/** Asks the page to end the dialog of a quick action. */
export class CloseActionScreenEvent extends CustomEvent {
    constructor() {
        super('closeactionscreen', { bubbles: true, composed: true });
    }
}
