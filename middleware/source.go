package middleware

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// goSource is a value as Go source: of a struct the fields that are set, a line
// each. functions has the source of those fields that are functions.
func goSource(v any, functions map[string]string) string {
	return goValue(reflect.ValueOf(v), functions)
}

func goValue(v reflect.Value, functions map[string]string) string {
	if d, ok := v.Interface().(time.Duration); ok {
		return goDuration(d)
	}
	switch v.Kind() {
	case reflect.Struct:
		var b strings.Builder
		fmt.Fprintf(&b, "%s{\n", v.Type())
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() || v.Field(i).IsZero() {
				continue
			}
			value := functions[field.Name]
			if v.Field(i).Kind() != reflect.Func {
				value = goValue(v.Field(i), nil)
			}
			fmt.Fprintf(&b, "\t%s: %s,\n", field.Name, value)
		}
		return b.String() + "}"
	case reflect.Slice:
		var items []string
		for i := range v.Len() {
			items = append(items, goValue(v.Index(i), nil))
		}
		return fmt.Sprintf("%s{%s}", v.Type(), strings.Join(items, ", "))
	case reflect.String:
		return strconv.Quote(v.String())
	default:
		return fmt.Sprint(v.Interface())
	}
}

func goDuration(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "time.Hour"}, {time.Minute, "time.Minute"}, {time.Second, "time.Second"}} {
		if d%unit.of == 0 {
			return fmt.Sprintf("%d * %s", d/unit.of, unit.name)
		}
	}
	return fmt.Sprintf("%d * time.Nanosecond", int64(d))
}

// jsObject is an object literal of JavaScript, a property a line; properties
// with no value are left out.
func jsObject(properties ...[2]string) string {
	var b strings.Builder
	b.WriteString("{\n")
	for _, p := range properties {
		if p[1] != "" {
			fmt.Fprintf(&b, "  %s: %s,\n", p[0], p[1])
		}
	}
	return b.String() + "}"
}

func jsString(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func jsList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = jsString(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// jsExpression is a regular expression as a literal.
func jsExpression(e string) string { return "/" + strings.ReplaceAll(e, "/", `\/`) + "/" }
