// Posts a referral with the unmodified CloudEvents SDK, once in each mode, and prints the verdicts.
// usage: TOKEN=... node post_referral.cjs <url of /v1/events> <source of the site>
const { randomUUID } = require("node:crypto");
const { CloudEvent, HTTP } = require("cloudevents");

const [url, source] = process.argv.slice(2);
const modes = { structured: HTTP.structured, binary: HTTP.binary };

function referral() {
  return new CloudEvent({
    type: "intake.referral.received.v1",
    source,
    subject: randomUUID(),
    datacontenttype: "application/json",
    data: {
      given_name: "Given",
      family_name: "Family",
      birth_date: "1984-03-19",
      indication: "ptsd",
      diagnosis: "F43.1",
    },
  });
}

async function post(mode, event) {
  const { headers, body } = modes[mode](event);
  const authorization = `Bearer ${process.env.TOKEN}`;
  const response = await fetch(url, { method: "POST", headers: { ...headers, authorization }, body });
  console.log(JSON.stringify({ mode, status: response.status, ...(await response.json()) }));
}

async function main() {
  const event = referral();
  await post("structured", referral());
  await post("binary", event);
  await post("structured", event);
}

main();
