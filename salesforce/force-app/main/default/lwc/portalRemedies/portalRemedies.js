// Generated from docs/error-codes.md by `make salesforce-generate`.
import account_conflict from '@salesforce/label/c.Portal_Remedy_account_conflict';
import account_not_mapped from '@salesforce/label/c.Portal_Remedy_account_not_mapped';
import activation_date_missing from '@salesforce/label/c.Portal_Remedy_activation_date_missing';
import add_order_ambiguous from '@salesforce/label/c.Portal_Remedy_add_order_ambiguous';
import add_order_unconfirmed from '@salesforce/label/c.Portal_Remedy_add_order_unconfirmed';
import aws_access_denied from '@salesforce/label/c.Portal_Remedy_aws_access_denied';
import aws_outcome_unknown from '@salesforce/label/c.Portal_Remedy_aws_outcome_unknown';
import aws_refused from '@salesforce/label/c.Portal_Remedy_aws_refused';
import aws_unavailable from '@salesforce/label/c.Portal_Remedy_aws_unavailable';
import billing_cycle_unavailable from '@salesforce/label/c.Portal_Remedy_billing_cycle_unavailable';
import cancelled from '@salesforce/label/c.Portal_Remedy_cancelled';
import configuration from '@salesforce/label/c.Portal_Remedy_configuration';
import esim_access_denied from '@salesforce/label/c.Portal_Remedy_esim_access_denied';
import esim_activation_failed from '@salesforce/label/c.Portal_Remedy_esim_activation_failed';
import esim_activation_pending from '@salesforce/label/c.Portal_Remedy_esim_activation_pending';
import esim_outcome_unknown from '@salesforce/label/c.Portal_Remedy_esim_outcome_unknown';
import esim_refused from '@salesforce/label/c.Portal_Remedy_esim_refused';
import esim_settings_invalid from '@salesforce/label/c.Portal_Remedy_esim_settings_invalid';
import esim_unavailable from '@salesforce/label/c.Portal_Remedy_esim_unavailable';
import internal_error from '@salesforce/label/c.Portal_Remedy_internal_error';
import module_failed from '@salesforce/label/c.Portal_Remedy_module_failed';
import options_invalid from '@salesforce/label/c.Portal_Remedy_options_invalid';
import order_changed from '@salesforce/label/c.Portal_Remedy_order_changed';
import order_empty from '@salesforce/label/c.Portal_Remedy_order_empty';
import order_not_approved from '@salesforce/label/c.Portal_Remedy_order_not_approved';
import order_not_found from '@salesforce/label/c.Portal_Remedy_order_not_found';
import order_status from '@salesforce/label/c.Portal_Remedy_order_status';
import order_synthetic from '@salesforce/label/c.Portal_Remedy_order_synthetic';
import order_too_large from '@salesforce/label/c.Portal_Remedy_order_too_large';
import out_of_time from '@salesforce/label/c.Portal_Remedy_out_of_time';
import payment_method_missing from '@salesforce/label/c.Portal_Remedy_payment_method_missing';
import product_not_mapped from '@salesforce/label/c.Portal_Remedy_product_not_mapped';
import product_not_prepared from '@salesforce/label/c.Portal_Remedy_product_not_prepared';
import product_unknown from '@salesforce/label/c.Portal_Remedy_product_unknown';
import quantity_invalid from '@salesforce/label/c.Portal_Remedy_quantity_invalid';
import retries_exhausted from '@salesforce/label/c.Portal_Remedy_retries_exhausted';
import salesforce_access_denied from '@salesforce/label/c.Portal_Remedy_salesforce_access_denied';
import salesforce_conflict from '@salesforce/label/c.Portal_Remedy_salesforce_conflict';
import salesforce_order_deleted from '@salesforce/label/c.Portal_Remedy_salesforce_order_deleted';
import salesforce_outcome_unknown from '@salesforce/label/c.Portal_Remedy_salesforce_outcome_unknown';
import salesforce_refused from '@salesforce/label/c.Portal_Remedy_salesforce_refused';
import salesforce_unavailable from '@salesforce/label/c.Portal_Remedy_salesforce_unavailable';
import service_mismatch from '@salesforce/label/c.Portal_Remedy_service_mismatch';
import whmcs_access_denied from '@salesforce/label/c.Portal_Remedy_whmcs_access_denied';
import whmcs_client_closed from '@salesforce/label/c.Portal_Remedy_whmcs_client_closed';
import whmcs_client_missing from '@salesforce/label/c.Portal_Remedy_whmcs_client_missing';
import whmcs_order_missing from '@salesforce/label/c.Portal_Remedy_whmcs_order_missing';
import whmcs_order_not_accepted from '@salesforce/label/c.Portal_Remedy_whmcs_order_not_accepted';
import whmcs_outcome_unknown from '@salesforce/label/c.Portal_Remedy_whmcs_outcome_unknown';
import whmcs_refused from '@salesforce/label/c.Portal_Remedy_whmcs_refused';
import whmcs_unavailable from '@salesforce/label/c.Portal_Remedy_whmcs_unavailable';

const REMEDIES = {
    'account-conflict': account_conflict,
    'account-not-mapped': account_not_mapped,
    'activation-date-missing': activation_date_missing,
    'add-order-ambiguous': add_order_ambiguous,
    'add-order-unconfirmed': add_order_unconfirmed,
    'aws-access-denied': aws_access_denied,
    'aws-outcome-unknown': aws_outcome_unknown,
    'aws-refused': aws_refused,
    'aws-unavailable': aws_unavailable,
    'billing-cycle-unavailable': billing_cycle_unavailable,
    cancelled,
    configuration,
    'esim-access-denied': esim_access_denied,
    'esim-activation-failed': esim_activation_failed,
    'esim-activation-pending': esim_activation_pending,
    'esim-outcome-unknown': esim_outcome_unknown,
    'esim-refused': esim_refused,
    'esim-settings-invalid': esim_settings_invalid,
    'esim-unavailable': esim_unavailable,
    'internal-error': internal_error,
    'module-failed': module_failed,
    'options-invalid': options_invalid,
    'order-changed': order_changed,
    'order-empty': order_empty,
    'order-not-approved': order_not_approved,
    'order-not-found': order_not_found,
    'order-status': order_status,
    'order-synthetic': order_synthetic,
    'order-too-large': order_too_large,
    'out-of-time': out_of_time,
    'payment-method-missing': payment_method_missing,
    'product-not-mapped': product_not_mapped,
    'product-not-prepared': product_not_prepared,
    'product-unknown': product_unknown,
    'quantity-invalid': quantity_invalid,
    'retries-exhausted': retries_exhausted,
    'salesforce-access-denied': salesforce_access_denied,
    'salesforce-conflict': salesforce_conflict,
    'salesforce-order-deleted': salesforce_order_deleted,
    'salesforce-outcome-unknown': salesforce_outcome_unknown,
    'salesforce-refused': salesforce_refused,
    'salesforce-unavailable': salesforce_unavailable,
    'service-mismatch': service_mismatch,
    'whmcs-access-denied': whmcs_access_denied,
    'whmcs-client-closed': whmcs_client_closed,
    'whmcs-client-missing': whmcs_client_missing,
    'whmcs-order-missing': whmcs_order_missing,
    'whmcs-order-not-accepted': whmcs_order_not_accepted,
    'whmcs-outcome-unknown': whmcs_outcome_unknown,
    'whmcs-refused': whmcs_refused,
    'whmcs-unavailable': whmcs_unavailable
};

/** Returns what the operator does about an error code; undefined for an unknown code. */
export function remedyFor(code) {
    return REMEDIES[code];
}

/** Returns why an order cannot be provisioned now; `stop` has a code and what it is about. */
export function stopText(stop) {
    const remedy = remedyFor(stop.code);
    return stop.detail ? `${remedy} (${stop.detail})` : remedy;
}
