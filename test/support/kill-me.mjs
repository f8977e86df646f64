// `kill-me.mjs <socket> <request>`: posts a request for rewards again and again in small pieces, as a trainer that is
// killed at some moment of the exchange. Says "ready" before the first.
import { request } from 'node:http';

const [socketPath, body] = process.argv.slice(2);
const pause = (ms) => new Promise((over) => setTimeout(over, ms));
console.log('ready');
for (;;) {
  await new Promise((over) => {
    const post = request({ socketPath, path: '/rewards', method: 'POST' }, (response) =>
      response.resume().on('close', over),
    );
    post.on('error', over);
    (async () => {
      for (let i = 0; i < body.length; i += body.length / 4) {
        post.write(body.slice(Math.floor(i), Math.floor(i + body.length / 4)));
        await pause(1);
      }
      post.end();
    })();
  });
}
