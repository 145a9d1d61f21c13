// SPDX-License-Identifier: Apache-2.0
// An origin that speaks HTTP/2, made by Node.js; rig/http2.py starts it and reads what it prints: its port, then a
// JSON object a line for everything that happens to it.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const http2 = require('http2');
const https = require('https');
const tls = require('tls');

const options = JSON.parse(process.argv[2]);
const tell = (event, more) => fs.writeSync(1, JSON.stringify({event, at: Date.now(), ...more}) + '\n');
const pattern = Buffer.from(Array.from({length: 65536}, (_, i) => (i * 31 + (i >> 8)) & 255));

function plain(headers) {
  return Object.fromEntries(Object.entries(headers));
}

// Everything that was understood of a request, after its end.
function whole(request) {
  return new Promise((resolve, reject) => {
    const hash = crypto.createHash('sha256');
    let size = 0;
    request.on('data', data => { hash.update(data); size += data.length; });
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('aborted')));
    request.on('end', () => resolve({
      http: request.httpVersion, method: request.method, path: request.url,
      authority: request.authority || request.headers.host, headers: plain(request.headers),
      client: asking ? request.socket.getPeerCertificate().subject?.CN : undefined,
      size, sha256: hash.digest('hex'), trailers: plain(request.trailers),
    }));
  });
}

function end_with(response, value, headers = {}, status = 200) {
  const text = JSON.stringify(value);
  response.writeHead(status, {'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers});
  response.end(text);
}

// Writes as fast as it is taken; says how much was.
function pour(response, bytes) {
  let left = bytes;
  const more = () => {
    while (left > 0) {
      const piece = pattern.subarray(0, Math.min(left, pattern.length));
      left -= piece.length;
      if (!response.write(piece)) return response.once('drain', more);
    }
    response.end();
  };
  const watch = setInterval(() => tell('poured', {bytes: bytes - left}), 100);
  response.on('close', () => { clearInterval(watch); tell('poured', {bytes: bytes - left}); });
  more();
}

const pages = {
  async '/echo'(request, response) {
    const seen = await whole(request);
    tell('request', seen);
    end_with(response, seen);
  },
  '/down'(request, response, query) {
    request.resume();
    const bytes = Number(query.get('bytes'));
    response.writeHead(200, {'content-type': 'application/octet-stream', 'content-length': bytes});
    pour(response, bytes);
  },
  async '/trailers'(request, response) {
    const seen = await whole(request);
    tell('request', seen);
    response.writeHead(200, {'content-type': 'text/plain', trailer: 'x-checksum'});
    response.write('hello');
    response.addTrailers({'x-checksum': 'abc', 'x-seen': JSON.stringify(seen.trailers)});
    response.end();
  },
  '/early-hints'(request, response) {
    response.writeEarlyHints({link: '</style.css>; rel=preload; as=style'});
    setTimeout(() => end_with(response, {early: true}), 50);
  },
  '/events'(request, response, query) {
    response.writeHead(200, {'content-type': 'text/event-stream', 'cache-control': 'no-store'});
    let left = Number(query.get('count'));
    const timer = setInterval(() => {
      response.write(`data: ${Date.now()}\n\n`);
      if (--left === 0) { clearInterval(timer); response.end(); }
    }, 50);
    response.on('close', () => clearInterval(timer));
  },
  '/reset'(request, response, query) {
    request.resume();
    response.stream.close(Number(query.get('code')));
  },
  '/reset-midway'(request, response, query) {
    response.writeHead(200, {'content-type': 'text/plain'});
    response.write('the beginning', () => response.stream.close(Number(query.get('code'))));
  },
  '/goodbye'(request, response) {
    end_with(response, {goodbye: true});
    response.stream.session.close();
  },
  '/hasty'(request, response) {  // answers before the request has ended
    end_with(response, {hasty: true});
    request.resume();
  },
  async '/lingering'(request, response) {  // gives all that it promised, and ends only later
    await whole(request);
    response.writeHead(200, {'content-type': 'text/plain', 'content-length': 11});
    response.write('all of this');
    setTimeout(() => response.end(), 1500);
  },
  async '/lazy'(request, response, query) {  // takes the request only after a while
    request.pause();
    await new Promise(resolve => setTimeout(resolve, Number(query.get('wait'))));
    const all = whole(request);
    request.resume();
    const seen = await all;
    tell('request', seen);
    end_with(response, seen);
  },
  '/nothing'(request, response, query) {
    const status = Number(query.get('status'));
    response.writeHead(status, status === 304 ? {etag: '"x"'} : {});
    response.end();
  },
  '/head'(request, response) {
    response.writeHead(200, {'content-length': 12345});
    response.end();
  },
  '/mirror'(request, response) {  // what no origin should do with a key
    const told = request.headers.authorization || 'none';
    tell('request', {headers: plain(request.headers)});
    response.writeHead(200, {'content-type': 'text/plain', 'x-echo': told});
    response.end(`before ${told} after`);
  },
  '/silent'(request) {
    tell('waiting', {path: request.url});
  },
};

const give = file => (request, response) => {
  request.resume();
  response.writeHead(200, {'content-type': file.type});
  response.end(file.text);
};

function serve(request, response) {
  const url = new URL(request.url, 'http://origin/');
  response.on('close', () => tell('closed', {path: request.url, code: request.stream && request.stream.rstCode}));
  response.on('error', () => {});
  request.on('error', () => {});
  if (request.stream) request.stream.on('error', () => {});
  const file = (options.files || {})[url.pathname];
  const page = file ? give(file) : pages[url.pathname] || pages['/echo'];
  Promise.resolve(page(request, response, url.searchParams)).catch(error => tell('broken', {path: request.url, why: String(error)}));
}

// One connection carries every program's streams: more of them than the 10 MB that Node.js grants one are meant for.
// Nor does it count well: what was broken off is never taken off, and in minutes of that it comes to 200 MB.
const settings = {settings: {maxConcurrentStreams: options.streams || 200}, maxHeaderSize: 1 << 20, maxSessionMemory: 4000};
const asking = options.client_ca && {ca: fs.readFileSync(options.client_ca), requestCert: true};
const secure = options.key && {key: fs.readFileSync(options.key), cert: fs.readFileSync(options.certificate), ...asking};
const makers = {
  h2: () => secure ? http2.createSecureServer({...secure, ...settings, allowHTTP1: false}, serve)
    : http2.createServer(settings, serve),
  both: () => http2.createSecureServer({...secure, ...settings, allowHTTP1: true}, serve),
  h1: () => secure ? https.createServer({...secure, ALPNProtocols: ['http/1.1']}, serve) : http.createServer(serve),
};
const server = makers[options.speaks]();

// A server of HTTP/2 alone refuses other protocols in the handshake; that of Node.js 18 goes on without one.
function strict(server) {
  const refusing = {...secure, ALPNCallback: ({protocols}) => protocols.includes('h2') ? 'h2' : undefined};
  return tls.createServer(refusing, socket => server.emit('secureConnection', socket));
}

const front = secure && options.speaks === 'h2' ? strict(server) : server;
front.on('connection', () => tell('connection'));
server.on('session', session => {
  tell('session');
  session.on('error', () => {});
  session.on('goaway', code => tell('goaway', {code}));
});
server.on('sessionError', () => {});
process.stdin.on('end', () => process.exit(0)).resume();  // nobody listens any more
front.listen(0, '127.0.0.1', () => tell('listening', {port: front.address().port}));
