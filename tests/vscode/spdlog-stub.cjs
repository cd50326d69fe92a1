// A plain-JavaScript stand-in for the native @vscode/spdlog: enough for VS Code's server and extension host.
const fs = require('fs');
const path = require('path');

const NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'critical', 'off'];
let level = 2;

class Logger {
  constructor(name, file) {
    this.file = file;
    this.level = level;
    if (file) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.appendFileSync(file, '');
    }
  }
  write(at, message) {
    if (at < this.level || !this.file) return;
    try {
      fs.appendFileSync(this.file, `${new Date().toISOString()} [${NAMES[at]}] ${message}\n`);
    } catch {
      // the data folder is gone: VS Code is being stopped
    }
  }
  trace(message) { this.write(0, message); }
  debug(message) { this.write(1, message); }
  info(message) { this.write(2, message); }
  warn(message) { this.write(3, message); }
  error(message) { this.write(4, message); }
  critical(message) { this.write(5, message); }
  getLevel() { return this.level; }
  setLevel(value) { this.level = value; }
  setPattern() {}
  clearFormatters() {}
  flush() {}
  drop() {}
}

const create = async (name, file) => new Logger(name, file);
// Separate assignments: Node exposes only these as named exports to ES modules.
exports.version = 0;
exports.setLevel = (value) => { level = value; };
exports.setFlushOn = () => {};
exports.setFlushEvery = () => {};
exports.shutdown = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
