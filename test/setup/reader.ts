import { setTimeout as sleep } from 'node:timers/promises';

/** A reader reports an error in the record of a system, in a form that was open for as long as a person needs. Returns where it can be followed. */
export async function reportError(url: string, system: string, words: string): Promise<string> {
  const form = `${url}/en/systems/${system}/report`;
  let html = '';
  // The page is there once the read models have the system.
  for (let tries = 0; tries < 100 && !html.includes('name="token"'); tries++) {
    html = await (await fetch(form)).text();
    await sleep(50);
  }
  const [, token = ''] = /name="token" value="([^"]+)"/.exec(html) ?? [];
  await sleep(3100);
  const body = new URLSearchParams({ token, words });
  const answer = await fetch(form, { method: 'POST', body, redirect: 'manual' });
  if (answer.status !== 303) throw new Error(`The report was not taken: ${answer.status}`);
  return answer.headers.get('location')!;
}
