import { api, LightningElement } from 'lwc';
import { CloseActionScreenEvent } from 'lightning/actions';
import { translated } from 'screen/locale';

/** The frame of the flow Portal_Provision_Orders: its label, its component and its last button. */
export default class FlowScreen extends LightningElement {
    @api label;
    @api orderIds;
    finish = translated({ en: 'Finish', ja: '完了' });

    handleFinish() {
        this.dispatchEvent(new CloseActionScreenEvent());
    }
}
