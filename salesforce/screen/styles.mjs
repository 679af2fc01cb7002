/** Cuts the design system's style sheet down to the rules that the components use. */

import postcss from 'postcss';

const CLASS = /\.(-?[A-Za-z_][\w-]*)/g;
const NAMED = /slds-[a-z][\w-]*/g;
/** Marks elements with animations, which these components do not use. */
const ANIMATED = '[kx-';
const VARIABLE = /var\(\s*(--[\w-]+)/g;

/**
 * Returns a function that tells whether a class is used in a source text: by its name, or by the
 * beginning of its name, to which the code adds a variant.
 */
export function classesIn(text) {
    const names = new Set(text.match(NAMED) ?? []);
    const beginnings = [...names].filter((name) => /[_-]$/.test(name));
    return (name) => names.has(name) || beginnings.some((part) => name.startsWith(part));
}

/** Returns the rules for the classes that `isUsed` and for elements, without fonts and unused variables. */
export function cutDown(css, isUsed) {
    const sheet = postcss.parse(css);
    sheet.walkComments((comment) => comment.remove());
    sheet.walkAtRules('font-face', (rule) => rule.remove());
    sheet.walkAtRules('charset', (rule) => rule.remove());
    sheet.walkRules((rule) => {
        if (rule.parent.type === 'atrule' && rule.parent.name.endsWith('keyframes')) {
            return;
        }
        const kept = rule.selectors.filter((selector) => isNeeded(selector, isUsed));
        if (kept.length > 0) {
            rule.selectors = kept;
        } else {
            rule.remove();
        }
    });
    removeUnusedVariables(sheet);
    removeUnusedAnimations(sheet);
    removeEmpty(sheet);
    return `${sheet.toString().trim()}\n`;
}

function isNeeded(selector, isUsed) {
    const named = [...selector.matchAll(CLASS)].every(([, name]) => isUsed(name));
    return named && !selector.includes(ANIMATED);
}

/** Variables may refer to others, so this repeats until nothing changes. */
function removeUnusedVariables(sheet) {
    for (;;) {
        const read = new Set();
        sheet.walkDecls((declaration) => {
            for (const [, name] of declaration.value.matchAll(VARIABLE)) {
                read.add(name);
            }
        });
        let removed = 0;
        sheet.walkDecls(/^--/, (declaration) => {
            if (!read.has(declaration.prop)) {
                declaration.remove();
                removed += 1;
            }
        });
        if (removed === 0) {
            return;
        }
    }
}

function removeUnusedAnimations(sheet) {
    const animated = [];
    sheet.walkDecls(/animation/, (declaration) => animated.push(declaration.value));
    sheet.walkAtRules(/keyframes$/, (rule) => {
        if (!animated.some((value) => value.includes(rule.params))) {
            rule.remove();
        }
    });
}

function removeEmpty(sheet) {
    for (let empty = true; empty; ) {
        empty = false;
        sheet.walk((node) => {
            if (node.nodes?.length === 0) {
                node.remove();
                empty = true;
            }
        });
    }
}
