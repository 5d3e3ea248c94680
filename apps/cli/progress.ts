/** Shows how far a long piece of work is: a bar on a terminal, a line every few seconds elsewhere. On standard error. */
export function showProgress(what: string, total: number) {
  const terminal = process.stderr.isTTY;
  let shown = 0;
  return {
    at(done: number): void {
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
