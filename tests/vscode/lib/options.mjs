/** `--name value` pairs of the command line over defaults; a name whose default is a list may be given again and again. */
export function options(defaults) {
  const chosen = { ...defaults };
  const words = process.argv.slice(2);
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, '');
    if (!(name in defaults)) throw new Error(`unknown option --${name}; known: ${Object.keys(defaults).join(' ')}`);
    if (words[i + 1] === undefined) throw new Error(`--${name} needs a value`);
    chosen[name] = Array.isArray(defaults[name]) ? [...chosen[name], words[i + 1]] : words[i + 1];
  }
  return chosen;
}
