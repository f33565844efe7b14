// Runs the audits of the GraphQL-over-HTTP specification against the address given, and prints
// one JSON object per audit: {id, name, status, reason?}.
import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const results = await auditServer({ url });
for (const { id, name, status, reason } of results) {
  console.log(JSON.stringify({ id, name, status, reason }));
}
