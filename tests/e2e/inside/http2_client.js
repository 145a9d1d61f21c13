// SPDX-License-Identifier: Apache-2.0
// Requests over one HTTP/2 connection, one after the other or (all: true) at the same time, and what came of each.
//   node http2_client.js ORIGIN '[{"path": "/", …}, …]'
'use strict';
const crypto = require('crypto');
const http2 = require('http2');

const [origin, text] = process.argv.slice(2);
const wishes = JSON.parse(text);
const session = http2.connect(origin, {maxSendHeaderBlockLength: 1 << 20});
session.on('error', () => {});

function ask(wish) {
  return new Promise(resolve => {
    const seen = {interim: [], size: 0, beginning: ''};
    const hash = crypto.createHash('sha256');
    const bare = wish.body === undefined && wish.size === undefined && !wish.trailers;
    let stream;
    try {
      stream = session.request({':path': wish.path, ':method': wish.method || 'GET', ...wish.headers},
        {endStream: bare, waitForTrailers: Boolean(wish.trailers)});
    } catch (error) {
      return resolve({...seen, error: String(error)});
    }
    stream.on('wantTrailers', () => stream.sendTrailers(wish.trailers));
    stream.on('headers', headers => seen.interim.push({...headers}));
    stream.on('response', headers => { seen.status = headers[':status']; seen.headers = {...headers}; });
    stream.on('trailers', headers => { seen.trailers = {...headers}; });
    stream.on('error', error => { seen.error = String(error); });
    stream.on('data', data => {
      hash.update(data);
      seen.size += data.length;
      if (seen.beginning.length < 2000) seen.beginning += data.toString('latin1').slice(0, 2000);
    });
    stream.on('end', () => { seen.ended = true; });
    stream.on('close', () => {
      seen.code = stream.rstCode;
      seen.sha256 = hash.digest('hex');
      resolve(seen);
    });
    if (wish.pause) {
      stream.pause();
      setTimeout(() => stream.resume(), wish.pause);
    }
    if (wish.cancel) setTimeout(() => stream.close(http2.constants.NGHTTP2_CANCEL), wish.cancel);
    if (wish.body !== undefined) stream.end(wish.body);
    else if (wish.size !== undefined && wish.unfinished) stream.write(Buffer.alloc(wish.size, 'x'));
    else if (wish.size !== undefined) stream.end(Buffer.alloc(wish.size, 'x'));
    else if (!bare) stream.end();
  });
}

(async () => {
  let seen = [];
  if (wishes.every(wish => wish.all)) seen = await Promise.all(wishes.map(ask));
  else for (const wish of wishes) seen.push(await ask(wish));
  console.log(JSON.stringify(seen));
  session.destroy();
  process.exit(0);
})();
