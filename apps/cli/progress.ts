/**
 * Shows the progress of a long task on standard error: a bar on a terminal, otherwise a line every five seconds. The total can also be given
 * with each step.
 */
export function showProgress(what: string, expected = 0) {
  const terminal = process.stderr.isTTY;
  let shown = terminal ? 0 : Date.now();
  return {
    at(done: number, total = expected): void {
      const now = Date.now();
      if (now - shown < (terminal ? 100 : 5000) && done < total) return;
      shown = now;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const bar = '#'.repeat(Math.round(share * 30)).padEnd(30, '.');
      const text = `${what} ${terminal ? `[${bar}] ` : ''}${done} of ${total} (${Math.round(share * 100)} %)`;
      process.stderr.write(terminal ? `\r${text}` : `${text}\n`);
    },
    end(): void {
      if (terminal && shown > 0) process.stderr.write('\n');
    },
  };
}
