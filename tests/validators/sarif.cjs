// node sarif.cjs SCHEMA LOG...: validates each against the SARIF 2.1.0 schema, as the package @microsoft/sarif-multitool-linux ships it. Prints what is wrong.
const fs = require("node:fs");
const Ajv = require("ajv/dist/2020");
const formats = require("ajv-formats");

const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
const [schema, ...logs] = process.argv.slice(2);
const validate = ajv.compile(JSON.parse(fs.readFileSync(schema, "utf8")));
let wrong = 0;
for (const file of logs) {
  if (validate(JSON.parse(fs.readFileSync(file, "utf8")))) continue;
  wrong++;
  for (const error of validate.errors) console.log(`${file}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}
process.exit(wrong === 0 ? 0 : 1);
