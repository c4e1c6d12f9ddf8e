const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|d))?\.(ts|js)$/;

/** Reports files that are not named in kebab-case: `job-store.ts`, `job-store.test.ts`. */
export const fileNameRule = {
  meta: { type: 'suggestion', schema: [], messages: { name: '"{{name}}" is not kebab-case: use letters a-z, digits and "-"' } },
  create(context) {
    return {
      Program(node) {
        const name = context.filename.split('/').pop();
        if (!KEBAB_CASE.test(name)) context.report({ node, messageId: 'name', data: { name } });
      },
    };
  },
};
