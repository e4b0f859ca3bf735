/** Writes `openapi.yaml` from the route schemas, and the client's wire types from `openapi.yaml`. */
import { writeFile } from 'node:fs/promises';
import { generated } from './generated.ts';

for (const { file, text } of await generated()) {
  await writeFile(file, text);
  process.stdout.write(`wrote ${file}\n`);
}
