// Gives the components the English texts of the custom labels, as the platform would.
const { readFileSync } = require('fs');
const { join } = require('path');

const FILE = join(__dirname, '../force-app/main/default/labels/CustomLabels.labels-meta.xml');
const LABEL = /<fullName>(\w+)<\/fullName>[\s\S]*?<value>([^<]*)<\/value>/g;
const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

for (const [, name, value] of readFileSync(FILE, 'utf8').matchAll(LABEL)) {
    const text = value.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);
    jest.doMock(`@salesforce/label/c.${name}`, () => ({ default: text }), { virtual: true });
}
