package datasets

import (
	"strings"
	"testing"
)

func TestBadTables(t *testing.T) {
	whole := zipped(t, "rooms,age,price\n"+strings.Repeat("1,2,3\n", 5000))
	const header = "rooms,age,price\n"
	for _, test := range []struct{ name, text, want string }{
		{"empty file", "", "bad.csv: the file is empty: check where it comes from"},
		{"only empty lines", "\n\r\n\n", "bad.csv: there is nothing but empty lines"},
		{"header only", header, "bad.csv: there are no rows after the header: add some"},
		{"short row", header + "1,2,3\n\n4,5\n", "bad.csv:4: 2 cells, but the header has 3: give each row one cell a column"},
		{"long row", header + "1,2,3,4\n", "bad.csv:2: 4 cells, but the header has 3"},
		{"word", header + "1,2,3\n4,abc,6\n", `bad.csv:3: column "age": "abc" is not a number: correct the cell or remove the row`},
		{"word in the target", header + "1,2,cheap\n", `bad.csv:2: column "price": "cheap" is not a number`},
		{"first of two words", header + "1,2,x\n1,y,3\n", `bad.csv:2: column "price": "x"`},
		{"decimal comma", "rooms,age,price\n1,\"2,5\",3\n", `bad.csv:2: column "age": "2,5" is not a number`},
		{"empty cell", header + "1,,3\n", `bad.csv:2: column "age": "" is empty: fill the cell or remove the row`},
		{"blank cell", header + "1, ,3\n", `bad.csv:2: column "age": "" is empty`},
		{"NaN", header + "1,NaN,3\n", `bad.csv:2: column "age": "NaN" is not a finite number`},
		{"NA", header + "1,NA,3\n", `bad.csv:2: column "age": "NA" is not a number`},
		{"infinity", header + "1,2,-Inf\n", `bad.csv:2: column "price": "-Inf" is not a finite number`},
		{"too large for float32", header + "1,1e39,3\n", `bad.csv:2: column "age": "1e39" is not a finite number that float32 can hold`},
		{"too large for float64", header + "1,1e999,3\n", `bad.csv:2: column "age": "1e999" is not a finite number`},
		{"no target column", "rooms,age,cost\n1,2,3\n", `bad.csv:1: there is no column "price"; the columns are rooms, age, cost: rename one, or add it`},
		{"no feature column", "\nrooms,price\n1,2\n", `bad.csv:2: there is no column "age"; the columns are rooms, price`},
		{"no header", "1,2,3\n4,5,6\n", `bad.csv:1: there is no column "price"; the columns are 1, 2, 3`},
		{"semicolons", "rooms;age;price\n1;2;3\n", `bad.csv:1: the header is a single cell, "rooms;age;price": separate the cells by commas`},
		{"equal columns", "rooms,age,price, age\n1,2,3,4\n", `bad.csv:1: columns 2 and 4 are both called "age": rename one`},
		{"open quote", header + "1,2,3\n1,\"2,3\n4,5,6\n", `bad.csv:3: character `},
		{"stray quote", header + "1,2\"x,3\n", `bad.csv:2: character 4: `},
		{"endless line", header + strings.Repeat("1,", 1<<20), "bad.csv:2: the line is longer than"},
		{"endless header", strings.Repeat(",", 20_000) + "\n1\n", "bad.csv:1: 20001 columns: a table may have up to 10000"},
		{"gzip bomb", string(zipped(t, header+strings.Repeat("1,2,3\n", 120_000))), "the gzip file unpacks to far more cells"},
		{"cut gzip", string(whole[:len(whole)-9]), "the gzip file is cut short: copy or download it again"},
	} {
		_, err := Read(strings.NewReader(test.text), "bad.csv", prices)
		wantError(t, test.name, err, test.want)
	}
	for _, label := range []string{"", "  ", "NaN"} {
		_, err := Read(strings.NewReader("length,width,kind\n1,2,a\n3,4,"+label+"\n"), "bad.csv", plants)
		wantError(t, "class "+label, err, `bad.csv:3: column "kind": "`+label+`" is no class: fill the cell`)
	}
	_, err := Read(strings.NewReader(header+"1,2,3\n"), "bad.csv.gz", prices)
	wantError(t, "not gzip", err, "bad.csv.gz: not a gzip file")
}

func TestBadSchemas(t *testing.T) {
	for want, schema := range map[string]Schema{
		`there is no column ""`:                                        {Features: []string{"rooms"}},
		"no feature columns":                                           {Features: []string{}, Target: "price"},
		`the column "age" is asked for twice: name it once`:            {Features: []string{"age", "rooms", "age"}, Target: "price"},
		`the target "price" is among the features`:                     {Features: []string{"price"}, Target: "price"},
		"target kind 7: give Numbers or Classes":                       {Target: "price", Kind: 7},
		`"3" is none of the classes low, high`:                         {Target: "price", Kind: Classes, ClassNames: []string{"low", "high"}},
		`the columns are c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, …, `: {Target: "c31"},
	} {
		header := "rooms,age,price"
		row := "1,2,3"
		if schema.Target == "c31" {
			header, row = strings.Join(numbered("c", 30), ","), strings.Repeat("1,", 29)+"1"
		}
		_, err := Read(strings.NewReader(header+"\n"+row+"\n"), "schema.csv", schema)
		wantError(t, want, err, want)
	}
}
