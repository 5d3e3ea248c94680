// A browser has no file system: what libs/log does with files is never called there, but named.
function notHere(): never {
  throw new Error('There is no file system in a browser.');
}
export const constants = {};
export const dirname = notHere;
export const join = notHere;
export const mkdir = notHere;
export const open = notHere;
export const readdir = notHere;
export const rename = notHere;
export const rm = notHere;
export const stat = notHere;
