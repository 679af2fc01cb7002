/** The modules that Salesforce generates for each org: Apex methods, labels, the user's locale. */

const APEX = /^@salesforce\/apex\/(\w+)\.(\w+)$/;
const LABEL = /^@salesforce\/label\/c\.(\w+)$/;
const ICONS = /^lightning\/iconSvgTemplates/;
/** What the local user has; the rest of `@salesforce/i18n` comes with the base components. */
const LOCALE = {
    '@salesforce/i18n/lang': "import { language } from 'screen/locale'; export default language;",
    '@salesforce/i18n/locale':
        "import { translated } from 'screen/locale';" +
        "export default translated({ en: 'en-GB', ja: 'ja-JP' });",
    '@salesforce/i18n/timeZone': "export default 'Asia/Tokyo';"
};
/** None of the components shows an icon; all icons together are two megabytes. */
const NO_ICONS = 'export default {};';

/** Returns a Rollup plugin; `labels` maps names to texts by language. */
export function salesforceModules(labels) {
    return {
        name: 'salesforce-modules',
        resolveId(id) {
            const ours = APEX.test(id) || LABEL.test(id) || ICONS.test(id) || id in LOCALE;
            return ours ? `\0${id}` : undefined;
        },
        load(id) {
            return id.startsWith('\0') ? source(id.slice(1), labels) : undefined;
        }
    };
}

function source(id, labels) {
    const [, apexClass, method] = APEX.exec(id) ?? [];
    if (apexClass) {
        return (
            "import { callApex } from 'screen/apex';" +
            `export default (parameters) => callApex('${apexClass}/${method}', parameters);`
        );
    }
    const [, label] = LABEL.exec(id) ?? [];
    if (label) {
        if (!labels[label]?.en || !labels[label]?.ja) {
            throw new Error(`${label} is no label in both languages: make salesforce-generate`);
        }
        return (
            "import { translated } from 'screen/locale';" +
            `export default translated(${JSON.stringify(labels[label])});`
        );
    }
    return ICONS.test(id) ? NO_ICONS : LOCALE[id];
}
