import Answer_Hidden from '@salesforce/label/c.Portal_Answer_Hidden';
import Bulk_Finished from '@salesforce/label/c.Portal_Bulk_Finished';
import Bulk_Hidden from '@salesforce/label/c.Portal_Bulk_Hidden';
import Bulk_Message from '@salesforce/label/c.Portal_Bulk_Message';
import Bulk_None from '@salesforce/label/c.Portal_Bulk_None';
import Bulk_Nothing from '@salesforce/label/c.Portal_Bulk_Nothing';
import Bulk_Ready from '@salesforce/label/c.Portal_Bulk_Ready';
import Bulk_Start from '@salesforce/label/c.Portal_Bulk_Start';
import Bulk_Title from '@salesforce/label/c.Portal_Bulk_Title';
import Screen_Call_Failed from '@salesforce/label/c.Portal_Screen_Call_Failed';
import Screen_Calling from '@salesforce/label/c.Portal_Screen_Calling';
import Screen_Cancelled from '@salesforce/label/c.Portal_Screen_Cancelled';
import Screen_Close from '@salesforce/label/c.Portal_Screen_Close';
import Screen_Correlation from '@salesforce/label/c.Portal_Screen_Correlation';
import Screen_Customer from '@salesforce/label/c.Portal_Screen_Customer';
import Screen_Delayed from '@salesforce/label/c.Portal_Screen_Delayed';
import Screen_Done from '@salesforce/label/c.Portal_Screen_Done';
import Screen_Error_Code from '@salesforce/label/c.Portal_Screen_Error_Code';
import Screen_Failed from '@salesforce/label/c.Portal_Screen_Failed';
import Screen_Iccids from '@salesforce/label/c.Portal_Screen_Iccids';
import Screen_Lines from '@salesforce/label/c.Portal_Screen_Lines';
import Screen_Lines_Done from '@salesforce/label/c.Portal_Screen_Lines_Done';
import Screen_Loading from '@salesforce/label/c.Portal_Screen_Loading';
import Screen_May_Close from '@salesforce/label/c.Portal_Screen_May_Close';
import Screen_Not_Mapped from '@salesforce/label/c.Portal_Screen_Not_Mapped';
import Screen_Order from '@salesforce/label/c.Portal_Screen_Order';
import Screen_Order_Status from '@salesforce/label/c.Portal_Screen_Order_Status';
import Screen_Progress from '@salesforce/label/c.Portal_Screen_Progress';
import Screen_Provision from '@salesforce/label/c.Portal_Screen_Provision';
import Screen_Provisioning from '@salesforce/label/c.Portal_Screen_Provisioning';
import Screen_Read_Failed from '@salesforce/label/c.Portal_Screen_Read_Failed';
import Screen_Scheduled_For from '@salesforce/label/c.Portal_Screen_Scheduled_For';
import Screen_Services from '@salesforce/label/c.Portal_Screen_Services';
import Screen_Step_Now from '@salesforce/label/c.Portal_Screen_Step_Now';
import Screen_Still_Running from '@salesforce/label/c.Portal_Screen_Still_Running';
import Screen_Stops from '@salesforce/label/c.Portal_Screen_Stops';
import Screen_Title from '@salesforce/label/c.Portal_Screen_Title';
import Screen_Try_Again from '@salesforce/label/c.Portal_Screen_Try_Again';
import Screen_Unknown_Code from '@salesforce/label/c.Portal_Screen_Unknown_Code';
import Screen_What_To_Do from '@salesforce/label/c.Portal_Screen_What_To_Do';
import Screen_Whmcs_Order from '@salesforce/label/c.Portal_Screen_Whmcs_Order';
import Stage_Accepted from '@salesforce/label/c.Portal_Stage_Accepted';
import Stage_Provisioned from '@salesforce/label/c.Portal_Stage_Provisioned';
import Stage_Requested from '@salesforce/label/c.Portal_Stage_Requested';
import Stage_Running from '@salesforce/label/c.Portal_Stage_Running';
import State_Current from '@salesforce/label/c.Portal_State_Current';
import State_Done from '@salesforce/label/c.Portal_State_Done';
import State_Failed from '@salesforce/label/c.Portal_State_Failed';
import State_Waiting from '@salesforce/label/c.Portal_State_Waiting';
import Status_Failed from '@salesforce/label/c.Portal_Status_Failed';
import Status_In_Progress from '@salesforce/label/c.Portal_Status_In_Progress';
import Status_Not_Started from '@salesforce/label/c.Portal_Status_Not_Started';
import Status_Provisioned from '@salesforce/label/c.Portal_Status_Provisioned';
import Status_Queued from '@salesforce/label/c.Portal_Status_Queued';
import Status_Requested from '@salesforce/label/c.Portal_Status_Requested';
import Status_Scheduled from '@salesforce/label/c.Portal_Status_Scheduled';
import Step_accept_order from '@salesforce/label/c.Portal_Step_accept_order';
import Step_activate_esim from '@salesforce/label/c.Portal_Step_activate_esim';
import Step_add_order from '@salesforce/label/c.Portal_Step_add_order';
import Step_check from '@salesforce/label/c.Portal_Step_check';
import Step_load from '@salesforce/label/c.Portal_Step_load';
import Step_notify from '@salesforce/label/c.Portal_Step_notify';
import Step_verify from '@salesforce/label/c.Portal_Step_verify';
import Step_write_back from '@salesforce/label/c.Portal_Step_write_back';

/** The texts of the screens, in the user's language. */
export const labels = {
    title: Screen_Title,
    loading: Screen_Loading,
    calling: Screen_Calling,
    readFailed: Screen_Read_Failed,
    callFailed: Screen_Call_Failed,
    order: Screen_Order,
    customer: Screen_Customer,
    orderStatus: Screen_Order_Status,
    provisioning: Screen_Provisioning,
    scheduledFor: Screen_Scheduled_For,
    lines: Screen_Lines,
    linesDone: Screen_Lines_Done,
    services: Screen_Services,
    notMapped: Screen_Not_Mapped,
    stops: Screen_Stops,
    progress: Screen_Progress,
    failed: Screen_Failed,
    delayed: Screen_Delayed,
    cancelled: Screen_Cancelled,
    done: Screen_Done,
    whatToDo: Screen_What_To_Do,
    unknownCode: Screen_Unknown_Code,
    errorCode: Screen_Error_Code,
    correlation: Screen_Correlation,
    whmcsOrder: Screen_Whmcs_Order,
    iccids: Screen_Iccids,
    mayClose: Screen_May_Close,
    stillRunning: Screen_Still_Running,
    provision: Screen_Provision,
    tryAgain: Screen_Try_Again,
    close: Screen_Close,
    stepNow: Screen_Step_Now,
    hidden: Answer_Hidden,
    stageRequested: Stage_Requested,
    stageAccepted: Stage_Accepted,
    stageRunning: Stage_Running,
    stageProvisioned: Stage_Provisioned,
    statusRequested: Status_Requested,
    bulkTitle: Bulk_Title,
    bulkNone: Bulk_None,
    bulkHidden: Bulk_Hidden,
    bulkStart: Bulk_Start,
    bulkNothing: Bulk_Nothing,
    bulkFinished: Bulk_Finished,
    bulkMessage: Bulk_Message,
    bulkReady: Bulk_Ready,
    stageStates: {
        done: State_Done,
        current: State_Current,
        waiting: State_Waiting,
        failed: State_Failed
    }
};

const STATUSES = {
    'Not Started': Status_Not_Started,
    Queued: Status_Queued,
    Scheduled: Status_Scheduled,
    'In Progress': Status_In_Progress,
    Provisioned: Status_Provisioned,
    Failed: Status_Failed
};

const STEPS = {
    load: Step_load,
    check: Step_check,
    activate_esim: Step_activate_esim,
    add_order: Step_add_order,
    accept_order: Step_accept_order,
    verify: Step_verify,
    write_back: Step_write_back,
    notify: Step_notify
};

/** Returns the label of a value of Provisioning_Status__c; an empty one means not started. */
export function statusLabel(status) {
    return STATUSES[status ?? 'Not Started'] ?? status;
}

/** Returns the label of a step of the portal's workflow; an unknown step is its own label. */
export function stepLabel(step) {
    return STEPS[step] ?? step;
}
