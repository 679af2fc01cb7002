import { readFileSync } from 'fs';
import { join } from 'path';
import { remedyFor, stopText } from 'c/portalRemedies';

const PAGE = join(__dirname, '../../../../../../../docs/error-codes.md');

describe('c/portalRemedies', () => {
    it('has the remedy of every error code that the portal documents', () => {
        const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` \| ([^|]+) \|/gm)];
        expect(rows.length).toBeGreaterThan(40);
        for (const [, code, remedy] of rows) {
            expect(remedyFor(code)).toBe(remedy.trim().replaceAll('`', ''));
        }
    });

    it('has none for an unknown code', () => {
        expect(remedyFor('from-the-future')).toBeUndefined();
    });

    it('names what a stop is about', () => {
        expect(stopText({ code: 'product-not-mapped', detail: 'SIM' })).toMatch(
            /press again\. \(SIM\)$/
        );
        expect(stopText({ code: 'order-empty' })).not.toContain('(');
    });
});
