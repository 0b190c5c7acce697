import numpy as np
from objectives import OBJECTIVES
from tests.browser import numbers
def test_all(core):
    rng = np.random.default_rng(0)
    pts = {n: (np.array(o.view)[:,0] + rng.random((100,o.dimension))*np.ptp(o.view,axis=1)) for n,o in OBJECTIVES.items()}
    got = core("""
    const all = {};
    for (const [name, points] of Object.entries(given)) { const o = core.formulas.objectives[name]; const n = o.variables.length;
      const out = []; for (const p of points) { out.push(o.value(p), ...o.gradient(p, new Array(n)), ...o.hessian(p, new Array(n*n))); }
      all[name] = packed(out); }
    return all;""", {n: p.tolist() for n,p in pts.items()})
    for n,o in OBJECTIVES.items():
        d=o.dimension
        a=numbers(got[n]).reshape(100,1+d+d*d)
        b=np.concatenate([o.value(pts[n])[:,None], o.gradient(pts[n]), o.hessian(pts[n]).reshape(100,-1)],axis=1)
        rel=np.where(a==b,0,np.abs(a-b)/np.where(a==b,1,np.abs(b)))
        print(n, rel.max(axis=0))
