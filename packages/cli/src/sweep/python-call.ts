import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AppError } from '@weir/contract/client';
import type { SweepValue } from './combinations.ts';

/** How one combination is run: the words of its process. */
export type CommandOf = (values: readonly SweepValue[]) => string[];

const PYTHON = 'python3';

/** Imports a module with the current folder first, and calls the function when one is named. Whole numbers of ranges arrive as int. */
const CALL = `import functools,importlib,json,os,sys
call=json.loads(sys.argv[1])
sys.path.insert(0,os.getcwd())
sys.argv=[call["app"],*map(str,call["args"])]
module=importlib.import_module(call["module"])
if call["function"]:functools.reduce(getattr,call["function"].split("."),module)(*call["args"])`;

/** Fails when a module cannot be found; runs nothing of it but the packages around it. */
const LOOK = `import importlib.util,os,sys
sys.path.insert(0,os.getcwd())
try:found=importlib.util.find_spec(sys.argv[1])
except ImportError:found=None
sys.exit(0 if found else 3)`;

/**
 * Decides how APP is run: `module:function` calls a Python function, else it is a program of PATH or of a file, else a Python module to import.
 * Throws `invalid_input` when it is none of them.
 */
export function resolveApp(app: string, searchPath: string): CommandOf {
  const [, module, callable] = /^([A-Za-z_][\w.]*):([A-Za-z_][\w.]*)$/.exec(app) ?? [];
  if (module !== undefined && hasModule(module)) return callPython({ app, module, callable: callable ?? '' });
  if (isProgram(app, searchPath)) return (values) => [app, ...values.map(String)];
  if (/^[A-Za-z_][\w.]*$/.test(app) && hasModule(app)) return callPython({ app, module: app, callable: '' });
  throw new AppError(
    'invalid_input',
    `"${app}" cannot be run: it is not a program (on PATH or of a file), nor a Python module or module:function of this folder`,
    { value: app },
  );
}

function callPython({ app, module, callable }: { app: string; module: string; callable: string }): CommandOf {
  return (values) => [PYTHON, '-c', CALL, JSON.stringify({ app, module, function: callable, args: values })];
}

function hasModule(name: string): boolean {
  return spawnSync(PYTHON, ['-c', LOOK, name], { stdio: 'ignore' }).status === 0;
}

function isProgram(app: string, searchPath: string): boolean {
  const places = app.includes('/') ? [app] : searchPath.split(delimiter).map((folder) => join(folder, app));
  return places.some(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
