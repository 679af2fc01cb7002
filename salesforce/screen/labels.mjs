/** The custom labels with their translations, as the package deploys them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const LABELS = 'force-app/main/default/labels/CustomLabels.labels-meta.xml';
const JAPANESE = 'japanese/main/default/translations/ja.translation-meta.xml';
const LABEL = /<fullName>(\w+)<\/fullName>[\s\S]*?<value>([^<]*)<\/value>/g;
const TRANSLATION = /<label>([^<]*)<\/label>\s*<name>(\w+)<\/name>/g;
const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** Returns the texts of each label by language: `{name: {en, ja}}`. */
export function readLabels(project) {
    const read = (path) => readFileSync(join(project, path), 'utf8');
    const japanese = new Map();
    for (const [, value, name] of read(JAPANESE).matchAll(TRANSLATION)) {
        japanese.set(name, decoded(value));
    }
    const labels = {};
    for (const [, name, value] of read(LABELS).matchAll(LABEL)) {
        labels[name] = { en: decoded(value), ja: japanese.get(name) };
    }
    return labels;
}

function decoded(value) {
    return value.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}
