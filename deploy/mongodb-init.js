// Run by mongosh in the service mongodb-init of compose.yaml. Makes the replica set of three and the user that the
// MongoDB URL names, with the rights of one database and no more. What is there already stays as it is.
const { readFileSync } = require('node:fs');

const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const password = encodeURIComponent(secret('mongodb_root_password'));
const [, user, userPassword, database] = /^mongodb:\/\/([^:]+):([^@]+)@[^/]+\/([^?]+)/.exec(secret('mongodb_url'));

const first = connect(`mongodb://root:${password}@mongodb-1:27017/admin?directConnection=true`);
try {
  first.adminCommand({ replSetGetStatus: 1 });
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  const members = [1, 2, 3].map((number) => ({ _id: number, host: `mongodb-${number}:27017` }));
  first.adminCommand({ replSetInitiate: { _id: 'rs0', members } });
}

const all = 'mongodb-1:27017,mongodb-2:27017,mongodb-3:27017';
const admin = connect(`mongodb://root:${password}@${all}/admin?replicaSet=rs0&serverSelectionTimeoutMS=60000`);
const target = admin.getSiblingDB(decodeURIComponent(database));
if (target.getUser(decodeURIComponent(user)) === null) {
  target.createUser({
    user: decodeURIComponent(user),
    pwd: decodeURIComponent(userPassword),
    roles: [{ role: 'readWrite', db: target.getName() }],
  });
}
