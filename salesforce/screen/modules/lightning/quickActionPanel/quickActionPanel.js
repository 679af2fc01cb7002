import { api, LightningElement } from 'lwc';
import { CloseActionScreenEvent } from 'lightning/actions';

/** The panel around a quick action: a dialog that takes the focus and closes with Escape. */
export default class QuickActionPanel extends LightningElement {
    @api header;
    _focused = false;

    renderedCallback() {
        if (!this._focused) {
            this._focused = true;
            this.refs.dialog.focus();
        }
    }

    handleKey(event) {
        if (event.key === 'Escape') {
            this.dispatchEvent(new CloseActionScreenEvent());
        }
    }
}
