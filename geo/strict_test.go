package geo

import (
	"fmt"
	"go/ast"
	gobuild "go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// looseProducts reads Go files and lists every place where a floating-point product could be fused with a sum, and every
// call of a function of package math whose bits are not fixed by IEEE 754.
//
// A compiler may fuse across statements and inlined calls, so it is not enough that no product stands beside a plus: each
// product must be converted at once, or feed another product or quotient, a comparison or a square root, where there is
// nothing to fuse with.
func looseProducts(fset *token.FileSet, files []*ast.File, imp types.Importer) ([]string, error) {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: imp}
	if _, err := conf.Check("geo", fset, files, info); err != nil {
		return nil, err
	}
	var faults []string
	report := func(at token.Pos, format string, args ...any) {
		p := fset.Position(at)
		faults = append(faults, fmt.Sprintf("%s:%d: %s", filepath.Base(p.Filename), p.Line, fmt.Sprintf(format, args...)))
	}
	isFloat := func(e ast.Expr) bool {
		tv := info.Types[e]
		if tv.Type == nil || tv.Value != nil { // constants are exact
			return false
		}
		b, ok := tv.Type.Underlying().(*types.Basic)
		return ok && b.Info()&(types.IsFloat|types.IsComplex) != 0
	}
	for _, f := range files {
		var stack []ast.Node
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil {
				stack = stack[:len(stack)-1]
				return true
			}
			switch x := n.(type) {
			case *ast.SelectorExpr:
				if fn, ok := info.Uses[x.Sel].(*types.Func); ok && fn.Pkg() != nil && fn.Pkg().Path() == "math" {
					switch fn.Name() {
					case "Sqrt", "Floor", "Ceil", "Abs", "IsNaN", "IsInf", "Inf", "Float64bits", "Float64frombits":
					default:
						report(x.Pos(), "math.%s is not the same on every processor", fn.Name())
					}
				}
			case *ast.AssignStmt:
				if x.Tok == token.MUL_ASSIGN && isFloat(x.Lhs[0]) {
					report(x.Pos(), "a product is stored without being rounded")
				}
			case *ast.BinaryExpr:
				if x.Op == token.MUL && isFloat(x) && !settled(info, stack, x) {
					report(x.OpPos, "a product is used without being rounded")
				}
			}
			stack = append(stack, n)
			return true
		})
	}
	return faults, nil
}

// settled reports whether what takes the product leaves a compiler nothing to fuse.
func settled(info *types.Info, stack []ast.Node, product ast.Expr) bool {
	for i := len(stack) - 1; i >= 0; i-- {
		switch p := stack[i].(type) {
		case *ast.ParenExpr:
			continue
		case *ast.UnaryExpr: // a minus sign is fused too
			continue
		case *ast.BinaryExpr:
			switch p.Op {
			case token.MUL, token.QUO, token.LSS, token.LEQ, token.GTR, token.GEQ, token.EQL, token.NEQ:
				return true
			}
			return false
		case *ast.CallExpr:
			if tv := info.Types[p.Fun]; tv.IsType() {
				return true // a conversion rounds
			}
			if s, ok := p.Fun.(*ast.SelectorExpr); ok {
				fn, ok := info.Uses[s.Sel].(*types.Func)
				return ok && fn.Pkg().Path() == "math" && fn.Name() == "Sqrt"
			}
			return false
		default:
			return false
		}
	}
	return false
}

// rootImporter type-checks the vocabulary from the folder above and the standard library from its source.
type rootImporter struct {
	std  types.Importer
	root *types.Package
}

func (r *rootImporter) Import(path string) (*types.Package, error) {
	if path != "truce" {
		return r.std.Import(path)
	}
	if r.root != nil {
		return r.root, nil
	}
	fset := token.NewFileSet()
	files, err := parseFolder(fset, "..")
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: r.std}
	r.root, err = conf.Check("truce", fset, files, nil)
	return r.root, err
}

func parseFolder(fset *token.FileSet, dir string) ([]*ast.File, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func sourceImporter(t *testing.T) types.Importer {
	if _, err := os.Stat(filepath.Join(gobuild.Default.GOROOT, "src", "math")); err != nil {
		t.Skipf("the source of the standard library is needed to check types: %v", err)
	}
	return &rootImporter{std: importer.ForCompiler(token.NewFileSet(), "source", nil)}
}

func TestStrict(t *testing.T) {
	imp := sourceImporter(t)
	fset := token.NewFileSet()
	files, err := parseFolder(fset, ".")
	if err != nil {
		t.Fatal(err)
	}
	faults, err := looseProducts(fset, files, imp)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

// TestStrictFinds shows that the rule above can fail.
func TestStrictFinds(t *testing.T) {
	imp := sourceImporter(t)
	for _, c := range []struct{ body, want string }{
		{"return x*y + z", "without being rounded"},
		{"return z - x*y", "without being rounded"},
		{"return z + -(x * y)", "without being rounded"},
		{"z += x * y; return z", "without being rounded"},
		{"p := x * y; return p + z", "without being rounded"},
		{"x *= y; return x + z", "without being rounded"},
		{"return add(x*y, z)", "without being rounded"},
		{"m := truce.Metres(x); return float64(m*m + m)", "without being rounded"},
		{"return math.Sin(x)", "math.Sin"},
		{"f := math.FMA; return f(x, y, z)", "math.FMA"},
		{"return float64(x*y) + z", ""},
		{"return float64(x*y*z) / 2 + x*2/y", ""},
		{"return math.Sqrt(x*y) + z", ""},
		{"if x*y < z { return 1 }; return 2 * 3.5", ""},
		{"i, j := 2, 3; return float64(i*j + 1)", ""},
		{"const c = 1.5 * 2.5; return c + z", ""},
	} {
		src := "package geo\nimport (\"math\"; \"truce\")\nvar _ = math.Pi\nvar _ truce.E7\n" +
			"func add(a, b float64) float64 { return a + b }\nfunc f(x, y, z float64) float64 { " + c.body + " }\n"
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "snippet.go", src, 0)
		if err != nil {
			t.Fatalf("%s: %v", c.body, err)
		}
		faults, err := looseProducts(fset, []*ast.File{file}, imp)
		if err != nil {
			t.Fatalf("%s: %v", c.body, err)
		}
		got := strings.Join(faults, "; ")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.body, got, c.want)
		}
	}
}

// ulps is the distance between got and the number nearest to want, in units of the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	unit := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	d := new(big.Float).Sub(big.NewFloat(got), want)
	f, _ := d.Float64()
	return math.Abs(f) / unit
}

// bigSin sums Taylor's series with 200 bits.
func bigSin(x *big.Float, cos bool) *big.Float {
	const prec = 200
	z := new(big.Float).SetPrec(prec).Mul(x, x)
	term, n := new(big.Float).SetPrec(prec).Set(x), int64(1)
	if cos {
		term, n = big.NewFloat(1).SetPrec(prec), 0
	}
	sum := new(big.Float).SetPrec(prec).Set(term)
	for range 60 {
		term.Mul(term, z)
		term.Quo(term, new(big.Float).SetPrec(prec).SetInt64((n+1)*(n+2)))
		term.Neg(term)
		n += 2
		sum.Add(sum, term)
	}
	return sum
}

func TestSincosAccuracy(t *testing.T) {
	r := lcg(1)
	worst := 0.0
	for range 3000 {
		x := r.float()*2*math.Pi - math.Pi
		s, c := sincos(x)
		bx := new(big.Float).SetPrec(200).SetFloat64(x)
		worst = max(worst, ulps(s, bigSin(bx, false)), ulps(c, bigSin(bx, true)))
	}
	t.Logf("sincos: at most %.2f ulp", worst)
	if worst > 1.5 {
		t.Errorf("sincos is off by %.2f ulp", worst)
	}
	for _, c := range []struct{ deg, sin, cos float64 }{{0, 0, 1}, {90, 1, 0}, {180, 0, -1}, {-90, -1, 0}, {270, -1, 0}, {360, 0, 1}} {
		if s, k := sincosE7(c.deg * 1e7); s != c.sin || k != c.cos {
			t.Errorf("sincosE7(%v degrees) = %v, %v", c.deg, s, k)
		}
		if s, k := sincosDegrees(c.deg); s != c.sin || k != c.cos {
			t.Errorf("sincosDegrees(%v) = %v, %v", c.deg, s, k)
		}
	}
}

func TestAtan2(t *testing.T) {
	r := lcg(2)
	worst := 0.0
	for range 200000 {
		y, x := r.float()*2-1, r.float()*2-1
		if r.next()%4 == 0 {
			y *= 1e-9
		}
		got, want := atan2(y, x), math.Atan2(y, x)
		worst = max(worst, math.Abs(got-want)/(math.Nextafter(math.Abs(want), 9)-math.Abs(want)))
	}
	t.Logf("atan2: at most %.2f ulp from package math", worst)
	if worst > 2 {
		t.Errorf("atan2 is off by %.2f ulp", worst)
	}
	for _, c := range []struct{ y, x, want float64 }{
		{0, 0, 0}, {0, 1, 0}, {0, -1, math.Pi}, {1, 0, math.Pi / 2}, {-1, 0, -math.Pi / 2}, {1, 1, math.Pi / 4}, {-1, -1, -3 * math.Pi / 4},
	} {
		if got := atan2(c.y, c.x); got != c.want {
			t.Errorf("atan2(%v, %v) = %v, want %v", c.y, c.x, got, c.want)
		}
	}
}

// lcg is a small generator of numbers that are the same for ever (Knuth's MMIX constants).
type lcgState uint64

func lcg(seed uint64) *lcgState { s := lcgState(seed*2862933555777941757 + 3037000493); return &s }

func (s *lcgState) next() uint32 {
	*s = *s*6364136223846793005 + 1442695040888963407
	return uint32(*s >> 33)
}

// float is in [0, 1).
func (s *lcgState) float() float64 { return float64(s.next()) / (1 << 31) }
