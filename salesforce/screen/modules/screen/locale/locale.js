/** The user's language, as the page says. */
export const language = document.documentElement.lang === 'ja' ? 'ja' : 'en';

/** Returns the text in the user's language. */
export function translated(texts) {
    return texts[language];
}
