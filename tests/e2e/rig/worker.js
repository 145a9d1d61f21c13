// A service worker that asks on behalf of its page.
'use strict';
self.addEventListener('install', event => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('message', event => {
  const answer = fetch('/echo?by=worker').then(response => response.json()).then(seen => seen.path);
  event.waitUntil(answer.then(path => event.ports[0].postMessage(path)));
});
