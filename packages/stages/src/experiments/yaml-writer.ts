import type { JsonObject } from '@weir/contract';
import { Document, Scalar, visit, type ScalarTag, type Tags } from 'yaml';

/** Names that need no quotes in any version of YAML. */
const PLAIN_NAME = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z_][A-Za-z0-9_]*$/i;

const numberTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: (value) => typeof value === 'number',
  test: /^(?!)/,
  resolve: (text) => Number(text),
  stringify: ({ value }) => writeNumber(Number(value)),
};

function ourTags(tags: Tags): Tags {
  return [numberTag, ...tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge')];
}

/**
 * Writes plain JSON as YAML that readers of YAML 1.1 (PyYAML) understand alike: every text value is quoted, names are quoted when they could
 * be read as something else, small numbers are written as `1.0e-08`.
 */
export function writeYaml(value: JsonObject): string {
  const document = new Document(value, { version: '1.1', merge: false, aliasDuplicateObjects: false, customTags: ourTags });
  visit(document, {
    Scalar(position, node) {
      if (typeof node.value !== 'string') return;
      node.type = position === 'key' && PLAIN_NAME.test(node.value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, directives: false });
}

/** A number as YAML 1.1 reads it back: whole numbers without a point, exponents with a point before and sign and two digits after. */
export function writeNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return BigInt(value).toString();
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}
