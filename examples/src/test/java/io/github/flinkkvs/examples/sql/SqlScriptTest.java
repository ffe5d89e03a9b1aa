/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.sql;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SqlScriptTest {

    @Test
    void semicolonsInTextNamesAndCommentsEndNothing() {
        assertThat(
                        SqlScript.statements(
                                "SELECT 'a;\nb', 'it''s;', `x;y`; -- one; two\n"
                                        + "/* three;\n; */ SELECT 2 -- four;\n, 3;\nSELECT 4"))
                .containsExactly(
                        "SELECT 'a;\nb', 'it''s;', `x;y`",
                        "-- one; two\n/* three;\n; */ SELECT 2 -- four;\n, 3",
                        "SELECT 4");
        assertThat(SqlScript.statements("// one; two\r\nSELECT 1; -- three;\r\nSELECT 2;"))
                .containsExactly("-- one; two\r\nSELECT 1", "-- three;\r\nSELECT 2");
    }

    @Test
    void quotesInCommentsBeginNothing() {
        assertThat(SqlScript.statements("-- it's one\nSELECT 1; /* don't */ SELECT 2;"))
                .containsExactly("-- it's one\nSELECT 1", "/* don't */ SELECT 2");
    }

    @Test
    void quotesInCommentsOfEitherFormBeginNothing() {
        assertThat(SqlScript.statements("// it's one\nSELECT 1; // don't\nSELECT 2;"))
                .containsExactly("-- it's one\nSELECT 1", "-- don't\nSELECT 2");
    }

    @Test
    void aByteOrderMarkIsNotPartOfTheFirstStatement() {
        assertThat(SqlScript.statements("\uFEFFSELECT 1;")).containsExactly("SELECT 1");
    }

    @Test
    void commentsByThemselvesAreNoStatements() {
        assertThat(SqlScript.statements("SELECT 1;\n-- The end.\n;\n/* really */\n"))
                .containsExactly("SELECT 1");
        assertThat(SqlScript.statements(" \n")).isEmpty();
    }

    @Test
    void aStatementSetIsOne() {
        String set =
                "EXECUTE STATEMENT SET\nBEGIN\n-- END;\nINSERT INTO a SELECT CASE WHEN x THEN 'END' END;\n"
                        + "INSERT INTO b SELECT 2;\nEND";
        assertThat(SqlScript.statements(set + ";\nQUIT;")).containsExactly(set, "QUIT");
        assertThat(
                        SqlScript.statements(
                                "EXPLAIN PLAN FOR STATEMENT SET BEGIN INSERT INTO a SELECT 1; END; SELECT 1"))
                .containsExactly(
                        "EXPLAIN PLAN FOR STATEMENT SET BEGIN INSERT INTO a SELECT 1; END",
                        "SELECT 1");
    }

    @Test
    void aStatementSetMayBeCompiled() {
        String set = " FOR STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END";
        assertThat(
                        SqlScript.statements(
                                "COMPILE PLAN '/plan'"
                                        + set
                                        + "; COMPILE AND EXECUTE PLAN 'p'"
                                        + set))
                .containsExactly(
                        "COMPILE PLAN '/plan'" + set, "COMPILE AND EXECUTE PLAN 'p'" + set);
    }

    @Test
    void hintsAreCode() {
        String query = "SELECT /*+ BROADCAST(t) */* FROM t /*+ OPTIONS('path' = 'a/*/;') */";
        assertThat(SqlScript.statements(query + ";SELECT 2;")).containsExactly(query, "SELECT 2");
    }

    @Test
    void aSemicolonIsNotPutBehindTheCommentOfALine() {
        assertThat(SqlScript.join(SqlScript.statements("SELECT 1 -- the end")))
                .isEqualTo("SELECT 1 -- the end\n;\n");
        assertThat(SqlScript.join(SqlScript.statements("SELECT 1 -- one \r\n ; SELECT 2")))
                .isEqualTo("SELECT 1 -- one\n;\nSELECT 2;\n");
    }

    @Test
    void whatIsJoinedHasTheSameStatements() {
        String script = "SELECT 1 -- one\n; SELECT ';';";
        assertThat(SqlScript.statements(SqlScript.join(SqlScript.statements(script))))
                .isEqualTo(SqlScript.statements(script))
                .hasSize(2);
    }
}
