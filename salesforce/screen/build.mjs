/**
 * Builds `local/front/lightning`: `node screen/build.mjs <target folder>`, in the project's folder.
 * The same sources give the same bytes, wherever the project lies.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import lwc from '@lwc/rollup-plugin';
import resolve from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';
import { readLabels } from './labels.mjs';
import { salesforceModules } from './salesforceModules.mjs';
import { classesIn, cutDown } from './styles.mjs';

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(PROJECT, 'node_modules');
const COMPONENTS = join(PROJECT, 'force-app', 'main', 'default', 'lwc');
const DESIGN_SYSTEM = '@salesforce-ux/design-system';
const STYLE_SHEET = `${DESIGN_SYSTEM}/assets/styles/salesforce-lightning-design-system.css`;
/** What the bundle contains, each with the file of its licence. */
const PARTS = [
    ['lwc', join(MODULES, 'lwc', 'LICENSE.md')],
    ['@lwc/synthetic-shadow', join(MODULES, 'lwc', 'LICENSE.md')],
    ['lightning-base-components', join(MODULES, 'lightning-base-components', 'LICENSE')],
    [DESIGN_SYSTEM, join(PROJECT, 'screen', 'licences', 'design-system.txt')]
];

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/;

const read = (path) => readFileSync(path, 'utf8');

async function script() {
    const bundle = await rollup({
        input: join(PROJECT, 'screen', 'main.js'),
        onwarn: refuse,
        plugins: [
            salesforceModules(readLabels(PROJECT)),
            replace({
                'import.meta.env.SSR': 'false',
                'process.env.NODE_ENV': JSON.stringify('production'),
                preventAssignment: true
            }),
            lwc({ rootDir: PROJECT, modules: modules() }),
            resolve(),
            terser()
        ]
    });
    const { output } = await bundle.generate({ format: 'esm', inlineDynamicImports: true });
    checkLicences(output[0].moduleIds);
    return output[0].code;
}

/** Throws when code of a package is in the bundle whose licence would not be beside it. */
function checkLicences(moduleIds) {
    for (const id of moduleIds) {
        const [, name] = PACKAGE.exec(id) ?? [];
        if (name && !name.startsWith('@lwc/') && !PARTS.some(([known]) => known === name)) {
            throw new Error(`${name} is in the bundle: add its licence to PARTS`);
        }
    }
}

function modules() {
    const own = ['portalApex', 'portalLabels', 'portalProgress', 'portalRemedies'];
    const screens = ['provisionInWhmcs', 'provisionOrders'];
    return [
        ...[...own, ...screens].map((name) => ({
            name: `c/${name}`,
            path: join(COMPONENTS, name, `${name}.js`)
        })),
        { dir: join(PROJECT, 'screen', 'modules') },
        { npm: 'lightning-base-components' }
    ];
}

/** LWC's own circular imports are known; everything else would be a fault of ours. */
function refuse(warning) {
    if (!['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED'].includes(warning.code)) {
        throw new Error(warning.message);
    }
}

function licences() {
    const texts = PARTS.map(([name, file]) => {
        const { version, license } = JSON.parse(read(join(MODULES, name, 'package.json')));
        return `${name} ${version} (${license})\n\n${read(file).trim()}\n`;
    });
    return texts.join(`\n${'-'.repeat(78)}\n\n`);
}

const target = process.argv[2];
const code = await script();
const style = cutDown(read(join(MODULES, STYLE_SHEET)), classesIn(code));
mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'screen.js'), code);
writeFileSync(join(target, 'screen.css'), style);
writeFileSync(join(target, 'LICENCES.txt'), licences());
