import { Transform } from 'node:stream';
import { derivedLines } from '../../protocol/derived.ts';
import type { ResponseFormat } from '../../protocol/response-format.ts';
import { LineSplitter } from '../../transport/line-splitter.ts';

/** The program's messages in JSON, as it would write them in another format: only JSON can be replayed. */
export function createTextView(format: ResponseFormat): Transform {
  const splitter = new LineSplitter(Infinity);
  let isReady = false;
  const show = (line: Buffer): Buffer => {
    isReady ||= line.toString('latin1') === derivedLines.ready;
    return isReady ? format.stamp(line, '\n').before : format.raw(line, '\n', new Date());
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      splitter.push(chunk, (line) => this.push(show(line)));
      done();
    },
    flush(done) {
      splitter.end((line) => this.push(show(line)));
      done();
    },
  });
}
