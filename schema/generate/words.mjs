/** `camelCase` as words in lower case. */
export function words(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A description in GraphQL. */
export function doc(text) {
  return JSON.stringify(text);
}
export function lowerFirst(text) {
  return text[0].toLowerCase() + text.slice(1);
}
export function upperFirst(text) {
  return text[0].toUpperCase() + text.slice(1);
}
