// SPDX-License-Identifier: Apache-2.0
// Every kind of traffic at once, for a while:  node soak.js HOST SECONDS
// Prints which requests were answered whole, which were broken off on purpose, and what went wrong.
'use strict';
const {execFile} = require('child_process');
const crypto = require('crypto');
const http2 = require('http2');
const https = require('https');
const tls = require('tls');

const [host, seconds] = process.argv.slice(2);
const origin = `https://${host}`;
const until = Date.now() + Number(seconds) * 1000;
const whole = [], broken = [], wrong = [];
const pattern = Buffer.from(Array.from({length: 65536}, (_, i) => (i * 31 + (i >> 8)) & 255));
let last = 0;

const some = below => Math.floor(Math.random() * below);
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const sha256 = bytes => crypto.createHash('sha256').update(bytes).digest('hex');
const body = () => crypto.randomBytes([0, 1, some(300), some(20000), some(300000)][some(5)]);

function poured(size) {  // what /down?bytes=size gives
  const hash = crypto.createHash('sha256');
  for (let left = size; left > 0; left -= pattern.length) hash.update(pattern.subarray(0, Math.min(left, pattern.length)));
  return hash.digest('hex');
}

// The answer's status and bytes; `read` says how it is read.
function answer_to(response, status, read = {}) {
  return new Promise((resolve, reject) => {
    const parts = [];
    response.on('data', part => {
      parts.push(part);
      if (!read.slowly) return;
      response.pause();
      setTimeout(() => response.resume(), 2);
    });
    response.on('error', reject);
    response.on('close', () => resolve({status, bytes: Buffer.concat(parts)}));
  });
}

async function checked(id, got, wanted) {
  const {status, bytes} = await got;
  if (status === 200 && wanted(bytes)) whole.push(id);
  else wrong.push(`${id}: status ${status}, ${bytes.length} bytes: ${bytes.subarray(0, 200)}`);
}

const echoed = sent => bytes => JSON.parse(bytes).sha256 === sha256(sent);
const poured_whole = size => bytes => bytes.length === size && sha256(bytes) === poured(size);

// --- HTTP/1.1 ----------------------------------------------------------------------------------

const agent = new https.Agent({keepAlive: true, maxSockets: 8});

function begin_h1(path, options = {}) {
  const request = https.request(origin + path, {agent, ...options});
  const got = new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', response => resolve(response));
  });
  got.catch(() => {});
  return {request, got};
}

async function h1_echo(id) {
  const sent = body();
  const {request, got} = begin_h1(`/echo?id=${id}`, {method: 'POST'});
  if (some(2)) request.setHeader('Content-Length', sent.length);
  for (let at = 0; at < sent.length;) {
    const next = at + 1 + some(50000);
    request.write(sent.subarray(at, next));
    at = next;
  }
  request.end();
  await checked(id, got.then(response => answer_to(response, response.statusCode)), echoed(sent));
}

async function h1_slow_upload(id) {
  const sent = crypto.randomBytes(2000);
  const {request, got} = begin_h1(`/echo?id=${id}`, {method: 'POST'});
  for (let at = 0; at < sent.length; at += 100) {
    request.write(sent.subarray(at, at + 100));
    await pause(10);
  }
  request.end();
  await checked(id, got.then(response => answer_to(response, response.statusCode)), echoed(sent));
}

async function h1_slow_download(id) {
  const size = 200000 + some(2000000);
  const {request, got} = begin_h1(`/down?bytes=${size}&id=${id}`);
  request.end();
  await checked(id, got.then(response => answer_to(response, response.statusCode, {slowly: true})), poured_whole(size));
}

async function h1_broken_off(id) {
  const {request, got} = begin_h1(`/down?bytes=${50000000}&id=${id}`, {agent: false});
  request.end();
  const response = await got;
  response.on('error', () => {});
  await pause(some(30));
  response.destroy();
  broken.push(id);
}

function h1_byte_by_byte(id) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({host, port: 443, servername: host, ALPNProtocols: ['http/1.1']}, async () => {
      for (const byte of `GET /down?bytes=5&id=${id} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`) {
        socket.write(byte);
        await pause(3);
      }
    });
    let text = '';
    socket.on('data', data => { text += data.toString('latin1'); });
    socket.on('error', reject);
    socket.on('end', () => {
      socket.end();
      const [head, rest] = text.split('\r\n\r\n');
      resolve(checked(id, {status: Number(head.split(' ')[1]), bytes: Buffer.from(rest, 'latin1')}, poured_whole(5)));
    });
  });
}

// --- HTTP/2 ------------------------------------------------------------------------------------

let session;

function on_session() {  // a new one now and then
  const over = !session || session.closed || session.destroyed;
  if (over || (!session.connecting && some(100) === 0)) {
    if (!over) session.close();
    session = http2.connect(origin);
    session.on('error', error => wrong.push(`session: ${error}`));
    session.on('goaway', code => wrong.push(`session: goaway ${code}`));
  }
  return session;
}

function begin_h2(path, method = 'GET') {
  const stream = on_session().request({':path': path, ':method': method}, {endStream: method === 'GET'});
  const got = new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('response', headers => resolve(headers[':status']));
  });
  got.catch(() => {});
  return {stream, got};
}

async function h2_echo(id) {
  const sent = body();
  const {stream, got} = begin_h2(`/echo?id=${id}`, 'POST');
  stream.end(sent);
  await checked(id, got.then(status => answer_to(stream, status)), echoed(sent));
}

// By curl: Node.js drops what is left of a stream that ends while it is paused.
async function h2_slow_download(id) {
  const size = 200000 + some(2000000);
  const command = ['--http2', '-s', '--limit-rate', '3M', `${origin}/down?bytes=${size}&id=${id}`];
  const got = new Promise((resolve, reject) => {
    execFile('curl', command, {encoding: 'buffer', maxBuffer: 1 << 24},
      (error, bytes) => error ? reject(error) : resolve({status: 200, bytes}));
  });
  await checked(id, got, poured_whole(size));
}

async function h2_broken_off(id) {
  const {stream, got} = begin_h2(`/down?bytes=${50000000}&id=${id}`);
  await got;
  await pause(some(30));
  stream.close(http2.constants.NGHTTP2_CANCEL);
  broken.push(id);
}

// -----------------------------------------------------------------------------------------------

const kinds = [h1_echo, h1_echo, h1_slow_upload, h1_slow_download, h1_broken_off, h1_byte_by_byte,
  h2_echo, h2_echo, h2_echo, h2_slow_download, h2_broken_off];

async function keep_doing(kind) {
  while (Date.now() < until) {
    const id = ++last;
    await kind(id).catch(error => wrong.push(`${id}: ${kind.name}: ${error}`));
    await pause(some(40));
  }
}

(async () => {
  await Promise.all(kinds.map(keep_doing));
  const said = JSON.stringify({whole, broken, wrong: wrong.slice(0, 20), wrongs: wrong.length});
  process.stdout.write(said, () => process.exit(0));
})();
