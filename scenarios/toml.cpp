/* SPDX-License-Identifier: GPL-3.0-or-later */
extern "C" {
#include "engine/base/error.h"
#include "scenarios/toml.h"
}

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>
#include <string_view>
#include <strings.h>
#include <utility>
#include <vector>

namespace {

constexpr int refused_most = 20; /* values refused before giving up */

/* ---- the text, by place ---- */

class source {
  public:
    source(const char *file, std::string_view text) : file_(file), text_(text) {}

    sp_place place(toml::source_position position) const {
        return {file_, static_cast<int>(position.line), static_cast<int>(position.column)};
    }

    /* Columns count characters, so the bytes that continue one are passed over. */
    std::size_t offset(toml::source_position position) {
        std::size_t at = line_start(position.line);
        for (auto column = position.column; column > 1 && at < text_.size(); column--)
            for (at++; at < text_.size() && (text_[at] & 0xC0) == 0x80; at++)
                ;
        return at;
    }

    std::size_t line_start(toml::source_index line) {
        if (starts_.empty())
            find_lines();
        return starts_[std::min<std::size_t>(line, starts_.size()) - 1];
    }

    /* The word around a position: what stands between blanks, commas, brackets and equal signs. The position
     * moves to its start. Empty when there is none, when it is too long to be told, or when it stands so far
     * out in its line that many such searches would take long. */
    std::string word(toml::source_position &position) {
        if (position.column > farthest)
            return {};
        constexpr std::string_view ends = " \t\n,=[]{}#\"'";
        std::size_t here = std::min(offset(position), text_.size()), at = here;
        if (at > 0 && (at == text_.size() || ends.find(text_[at]) != ends.npos))
            at--;
        std::size_t first = text_.find_last_of(ends, at), last = text_.find_first_of(ends, at);
        first = first == text_.npos ? 0 : first + 1;
        last = std::min(last, text_.size());
        if (first >= last || last - first > 60)
            return {};
        position.column -= static_cast<toml::source_index>(here - first);
        return std::string(text_.substr(first, last - first));
    }

    std::string_view before_line(toml::source_index line) {
        return text_.substr(0, line_start(line));
    }

    toml::source_index indent(toml::source_index line) {
        std::size_t start = line_start(line), first = text_.find_first_not_of(" \t", start);
        return static_cast<toml::source_index>(std::min(first, text_.size()) - start + 1);
    }

  private:
    static constexpr toml::source_index farthest = 4096;

    void find_lines() {
        starts_.push_back(0);
        for (std::size_t at = 0; (at = text_.find('\n', at)) != text_.npos;)
            starts_.push_back(++at);
    }

    const char *file_;
    std::string_view text_;
    std::vector<std::size_t> starts_;
};

/* ---- mistakes that the parser finds ---- */

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

/* "Error while parsing array: expected ..." in its two parts. */
struct complaint {
    std::string what, why;

    explicit complaint(std::string_view text) : what("text"), why(text) {
        constexpr std::string_view start = "Error while parsing ";
        std::size_t colon = text.find(": ");
        if (text.substr(0, start.size()) != start || colon == text.npos)
            return;
        what = text.substr(start.size(), colon - start.size());
        why = text.substr(colon + 2);
    }

    bool is_about_value() const {
        for (std::string_view kind : {"value", "integer", "floating-point", "boolean", "date", "time"})
            if (contains(what, kind) && what != "key-value pair")
                return true;
        return false;
    }
};

std::string explain_value(const complaint &found, const std::string &word) {
    std::string start = "'" + word + "' is not a value: ";
    if (strcasecmp(word.c_str(), "true") == 0 || strcasecmp(word.c_str(), "false") == 0)
        return start + "write true or false in small letters";
    if (contains(found.why, "representable") || contains(found.why, "interpreted as a value"))
        return start + "the number is out of range";
    if (contains(found.why, "leading zero"))
        return start + "a number does not start with 0";
    return start + "text, quarters and percentages need quotes, \"" + word + "\"";
}

std::string explain_end(const complaint &found) {
    bool vowel = contains("aeiou", found.what.substr(0, 1));
    return std::string("the text ends in the middle of ") + (vowel ? "an " : "a ") + found.what;
}

std::string explain(const complaint &found, const std::string &word) {
    if (found.is_about_value() && !word.empty())
        return explain_value(found, word);
    if (found.why == "encountered end-of-file")
        return explain_end(found);
    std::string sentence = "cannot read this " + found.what + ": " + found.why;
    if (contains(found.why, "expected a comment or whitespace, saw ','"))
        return sentence + "; write one value a line, and decimals with a point";
    if (contains(found.why, "expected '='"))
        return sentence + "; a line is KEY = VALUE, and a key with blanks needs quotes";
    return sentence;
}

/* ---- keys given twice ---- */

/* A key that no text can hold: TOML refuses control characters. */
constexpr const char *marker = "\x01";

const toml::table *find_marked(const toml::table &table) {
    for (auto &&[key, value] : table) {
        if (key.str() == marker)
            return &table;
        const toml::table *inner = value.as_table();
        if (const toml::table *found = inner ? find_marked(*inner) : nullptr)
            return found;
    }
    return nullptr;
}

/* The key that a dotted path leads to from `table`, or the key of the value that stands in its way. */
const toml::key *follow(const toml::table *table, const toml::table &path) {
    const toml::key *last = nullptr;
    for (const toml::table *step = &path; step && !step->empty() && table;) {
        auto first = step->begin();
        auto here = table->find(first->first.str());
        if (here == table->end())
            return nullptr;
        last = &here->first;
        table = here->second.as_table();
        step = first->second.as_table();
    }
    return last;
}

/* The first place of a key that `line` gives again: the lines before are parsed once more, with a marked key
 * at their end that tells in which table they stop. Throws what the parser throws. */
toml::source_position first_place(source &text, toml::source_index line, const std::string &path,
                                  bool header) {
    std::string before(text.before_line(line));
    toml::table steps = toml::parse(path + " = 0");
    toml::table whole = toml::parse(before + "\n\"\\u0001\" = 0");
    const toml::table *table = header ? &whole : find_marked(whole);
    const toml::key *key = table ? follow(table, steps) : nullptr;
    return key ? key->source().begin : toml::source_position{};
}

/* What stands between the quotes of "cannot redefine existing integer 'a.b'". Empty when there are none. */
std::string quoted(const std::string &why) {
    std::size_t first = why.find('\''), last = why.rfind('\'');
    return first == last ? std::string() : why.substr(first + 1, last - first - 1);
}

int add_duplicate(source &text, const toml::parse_error &error, const complaint &found,
                  sp_problems *problems) {
    std::string path = quoted(found.why);
    toml::source_position here = error.source().begin, before{};
    bool header = found.what == "table header";
    try {
        before = first_place(text, here.line, path, header);
        here.column = before.line ? text.indent(here.line) : here.column;
    } catch (const toml::parse_error &) { /* the line stands in the middle of something: one place must do */
    }
    const char *advice = header ? "put both parts under one header, or rename one" : "keep one of the two";
    std::string line = before.line ? ", in line " + std::to_string(before.line) : "";
    return sp_problems_add(problems, SP_ERROR_SCENARIO, text.place(here), "'%s' is there already%s; %s",
                           path.c_str(), line.c_str(), advice);
}

/* A key with dots goes through something that is no table, or a table that is closed. */
int add_blocked(source &text, const toml::parse_error &error, sp_problems *problems) {
    toml::source_position here = error.source().begin, start = here;
    std::string key = text.word(start);
    return sp_problems_add(
        problems, SP_ERROR_SCENARIO, text.place(here),
        "'%s' goes through something that is there already and is closed; write its parts in "
        "one place",
        key.c_str());
}

int add_parse_error(source &text, const toml::parse_error &error, sp_problems *problems) {
    complaint found(error.description());
    toml::source_position here = error.source().begin, start = here;
    if (contains(found.why, "as dotted key-value pair"))
        return add_blocked(text, error, problems);
    if (contains(found.why, "cannot redefine"))
        return add_duplicate(text, error, found, problems);
    std::string sentence = explain(found, text.word(start));
    sp_place place = text.place(found.is_about_value() ? start : here);
    return sp_problems_add(problems, SP_ERROR_SCENARIO, place, "%s", sentence.c_str());
}

/* ---- the tree ---- */

class builder {
  public:
    builder(sp_arena *arena, source &text, sp_problems *problems)
        : arena_(arena), text_(text), problems_(problems) {}

    /* NULL when a value was refused. */
    sp_node *build(const toml::table &root) {
        sp_node *node = convert(root, nullptr, {}, 0);
        node->place = text_.place({1, 1});
        return refused_ ? nullptr : node;
    }

  private:
    sp_node *convert(const toml::node &value, const char *key, sp_place key_place, int depth) {
        sp_node *node = static_cast<sp_node *>(need(sp_arena_array(arena_, 1, sizeof(sp_node))));
        node->key = key;
        node->key_place = key_place;
        node->place = text_.place(value.source().begin);
        if (depth > SP_TREE_DEPTH)
            refuse(node->place, "tables or arrays are more than 64 deep inside one another");
        else if (const toml::table *table = value.as_table())
            fill_table(node, *table, depth);
        else if (const toml::array *array = value.as_array())
            fill_array(node, *array, depth);
        else
            fill_value(node, value);
        return node;
    }

    /* toml++ keeps tables in the order of the keys; the places bring back the order of the text. */
    void fill_table(sp_node *node, const toml::table &table, int depth) {
        node->kind = SP_NODE_TABLE;
        std::vector<std::pair<const toml::key *, const toml::node *>> entries;
        for (auto &&[key, value] : table)
            entries.emplace_back(&key, &value);
        std::sort(entries.begin(), entries.end(), [](const auto &a, const auto &b) {
            return a.first->source().begin < b.first->source().begin;
        });
        for (auto [key, value] : entries) {
            sp_place place = text_.place(key->source().begin);
            const char *name = convert_key(*key, place);
            if (is_array_of_tables(*value))
                refuse_array_of_tables(*key, name);
            else if (refused_ < refused_most)
                append(node, convert(*value, name, place, depth + 1));
        }
    }

    void fill_array(sp_node *node, const toml::array &array, int depth) {
        node->kind = SP_NODE_ARRAY;
        for (const toml::node &value : array)
            if (refused_ < refused_most)
                append(node, convert(value, nullptr, {}, depth + 1));
    }

    /* Of arrays of tables, those written as values hold inline tables only. */
    static bool is_array_of_tables(const toml::node &value) {
        const toml::array *array = value.as_array();
        const toml::table *first = array && !array->empty() ? array->front().as_table() : nullptr;
        return first && !first->is_inline();
    }

    void refuse_array_of_tables(const toml::key &key, const char *name) {
        toml::source_position start = key.source().begin;
        std::string path =
            text_.word(start); /* as in [[a.b]]; with quotes or blanks, its last part must do */
        path = path.empty() ? name : path;
        refuse(text_.place(key.source().begin),
               "[[%s]] is a list without names: use a named table, [%s.some_name]", path.c_str(),
               path.c_str());
    }

    void fill_value(sp_node *node, const toml::node &value) {
        if (const auto *text = value.as_string()) {
            node->kind = SP_NODE_TEXT;
            node->text = convert_text(text->get(), node->place);
        } else if (const auto *whole = value.as_integer()) {
            node->kind = SP_NODE_WHOLE;
            node->whole = whole->get();
            node->real = static_cast<double>(whole->get());
        } else if (const auto *real = value.as_floating_point()) {
            fill_real(node, real->get(), value.source().begin);
        } else if (const auto *truth = value.as_boolean()) {
            node->kind = SP_NODE_TRUTH;
            node->truth = truth->get();
        } else {
            refuse(node->place, "dates and times are not used; write a quarter as text, \"2026Q1\"");
        }
    }

    void fill_real(sp_node *node, double real, toml::source_position position) {
        node->kind = SP_NODE_REAL;
        node->real = real == 0.0 ? 0.0 : real; /* -0 becomes 0 */
        if (!std::isfinite(real))
            refuse(node->place, "%s is not a number to calculate with; write a finite one",
                   std::isnan(real) ? "nan" : "inf");
        else if (real == 0.0 && is_too_small(text_.word(position)))
            sp_problems_warn(problems_, node->place, "the number is too small and is taken as 0");
    }

    static bool is_too_small(const std::string &number) {
        return number.substr(0, number.find_first_of("eE")).find_first_of("123456789") != number.npos;
    }

    const char *convert_key(const toml::key &key, sp_place place) {
        for (char byte : key.str())
            if (static_cast<unsigned char>(byte) < ' ' || byte == 0x7F) {
                refuse(place, "the key holds a control character; remove it");
                return "?";
            }
        return convert_text(key.str(), place);
    }

    const char *convert_text(std::string_view text, sp_place place) {
        if (contains(text, std::string_view("\0", 1)))
            refuse(place, "the text holds a NUL character, \\u0000; remove it");
        return static_cast<const char *>(need(sp_arena_text_n(arena_, text.data(), text.size())));
    }

    void append(sp_node *node, sp_node *entry) {
        void *slot = need(sp_arena_append(arena_, &node->entry, &node->count, sizeof entry));
        *static_cast<sp_node **>(slot) = entry;
    }

    template <typename... Words> void refuse(sp_place place, const char *format, Words... words) {
        refused_++;
        sp_problems_add(problems_, SP_ERROR_SCENARIO, place, format, words...);
    }

    static void *need(void *memory) {
        if (!memory)
            throw std::bad_alloc();
        return memory;
    }

    sp_arena *arena_;
    source &text_;
    sp_problems *problems_;
    int refused_ = 0;
};

sp_node *parse(sp_arena *arena, source &text, std::string_view bytes, sp_problems *problems) {
    try {
        toml::table root = toml::parse(bytes);
        return builder(arena, text, problems).build(root);
    } catch (const toml::parse_error &error) {
        add_parse_error(text, error, problems);
        return nullptr;
    }
}

} // namespace

extern "C" sp_node *sp_toml_parse(sp_arena *arena, const char *file, const char *text, size_t size,
                                  sp_problems *problems) {
    sp_place start = {file, 1, 1};
    try {
        std::string_view bytes(text, size);
        source lines(file, bytes);
        return parse(arena, lines, bytes, problems);
    } catch (const std::bad_alloc &) {
        sp_problems_add(problems, SP_ERROR_RESOURCES, start, "no memory to read the text");
    } catch (...) { /* nothing may cross into C */
        sp_problems_add(problems, SP_ERROR_SCENARIO, start, "the text cannot be read");
    }
    return nullptr;
}
