import { api, LightningElement } from 'lwc';
import { CloseActionScreenEvent } from 'lightning/actions';

/** The frame of the flow Portal_Provision_Orders: its label, its component and its last button. */
export default class FlowScreen extends LightningElement {
    @api label;
    @api orderIds;

    handleFinish() {
        this.dispatchEvent(new CloseActionScreenEvent());
    }
}
