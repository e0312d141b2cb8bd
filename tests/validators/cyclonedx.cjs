// node cyclonedx.cjs BOM...: validates each against the CycloneDX 1.6 schema that the CycloneDX project's own library ships. Prints what is wrong.
const fs = require("node:fs");
const path = require("node:path");
const Ajv = require("ajv");
const formats = require("ajv-formats");

const folder = path.join(path.dirname(require.resolve("@cyclonedx/cyclonedx-library/package.json")), "res", "schema");
const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
// Not in ajv-formats; neither is used by what Stemma writes.
ajv.addFormat("iri-reference", true);
ajv.addFormat("idn-email", true);
ajv.addSchema(read("spdx.SNAPSHOT.schema.json"), "http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json");
ajv.addSchema(read("jsf-0.82.SNAPSHOT.schema.json"), "http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json");
const validate = ajv.compile(read("bom-1.6.SNAPSHOT.schema.json"));
let wrong = 0;
for (const file of process.argv.slice(2)) {
  if (validate(JSON.parse(fs.readFileSync(file, "utf8")))) continue;
  wrong++;
  for (const error of validate.errors) console.log(`${file}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}
process.exit(wrong === 0 ? 0 : 1);
