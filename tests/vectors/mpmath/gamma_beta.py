# SPDX-License-Identifier: GPL-3.0-or-later
# Makes gamma_beta.csv: python3 gamma_beta.py > gamma_beta.csv (two minutes; needs mpmath).
import mpmath as m
m.mp.dps = 30
def tails(logpdf, x, lo, hi, sd, a_lo, a_hi):
    # substitute near an end with an infinite density: x = lo + (s)^(1/a)
    def lower(x):
        start = max(lo, x - 45*sd)
        if start == lo:
            k = 1/a_lo
            f = lambda s: m.exp(logpdf(lo + s**k)) * k * s**(k-1) if s > 0 else m.mpf(0)
            top = (x-lo)**a_lo
            return m.quad(f, [top*i/12 for i in range(13)])
        return m.quad(lambda t: m.exp(logpdf(t)), [start+(x-start)*i/24 for i in range(25)])
    def upper(x):
        end = min(hi, x + 45*sd) if hi != m.inf else x + max(45*sd, m.mpf(120))
        if end == hi:
            k = 1/a_hi
            f = lambda s: m.exp(logpdf(hi - s**k)) * k * s**(k-1) if s > 0 else m.mpf(0)
            top = (hi-x)**a_hi
            return m.quad(f, [top*i/12 for i in range(13)])
        return m.quad(lambda t: m.exp(logpdf(t)), [x+(end-x)*i/24 for i in range(25)])
    return lower(x), upper(x)
Z = [-5,-3.3,-2,-1.02,-0.98,-0.97,-0.5,-0.01,0.013,0.6,0.97,0.985,1.03,2.2,3.7,5]
print("law,a,b,x,p,q")
for a in ['0.5','0.6','1','4','100','10000','100000','670000','1000000']:
    A=m.mpf(a); sd=m.sqrt(A); lg=m.loggamma(A)
    for z in Z:
        x=float(A+z*sd)
        if x<=0: x=float(A*m.mpf(2)**(int(z*8)))
        P,Q=tails(lambda t:(A-1)*m.log(t)-t-lg, m.mpf(x), m.mpf(0), m.inf, sd, min(A,1) if A<2 else m.mpf(1), m.mpf(1))
        assert abs(P+Q-1)<1e-18,(a,z,P+Q)
        print("gamma,%s,0,%.17g,%s,%s"%(a,x,m.nstr(P,20),m.nstr(Q,20)))
for a,b in [('0.5','5'),('0.7','3.2'),('1.215','241.785'),('10.9','2176'),('8','152'),('20','180'),('10000','1000000'),('100000','100000'),('500000','1000000'),('1000000','1000000')]:
    A,B=m.mpf(a),m.mpf(b); s=A+B; mean=A/s; sd=m.sqrt(A*B/(s*s*(s+1))); lb=m.loggamma(A)+m.loggamma(B)-m.loggamma(s)
    for z in Z:
        x=float(mean+z*sd)
        if x<=0: x=float(mean*m.mpf(2)**(int(z*8)))
        if x>=1: continue
        P,Q=tails(lambda t:(A-1)*m.log(t)+(B-1)*m.log1p(-t)-lb, m.mpf(x), m.mpf(0), m.mpf(1), sd, A if A<2 else m.mpf(1), B if B<2 else m.mpf(1))
        assert abs(P+Q-1)<1e-18,(a,b,z,P+Q)
        print("beta,%s,%s,%.17g,%s,%s"%(a,b,x,m.nstr(P,20),m.nstr(Q,20)))
