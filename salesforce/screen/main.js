import '@lwc/synthetic-shadow';
import { createElement } from 'lwc';
import ProvisionInWhmcs from 'c/provisionInWhmcs';
import FlowScreen from 'screen/flowScreen';

const COMPONENTS = {
    'c-provision-in-whmcs': ProvisionInWhmcs,
    'screen-flow-screen': FlowScreen
};

/** Shows the component that the page names, with the page's values as its properties. */
function show({ component, properties, after }) {
    const element = createElement(component, { is: COMPONENTS[component] });
    element.addEventListener('closeactionscreen', () => leave(after));
    Object.assign(element, JSON.parse(properties));
    document.body.append(element);
}

/** Ends the dialog: inside a record page that page removes it, alone it goes to `after`. */
function leave(after) {
    if (window.parent === window) {
        window.location.assign(after);
    } else {
        window.parent.postMessage({ kind: 'close' }, window.location.origin);
    }
}

show(document.body.dataset);
