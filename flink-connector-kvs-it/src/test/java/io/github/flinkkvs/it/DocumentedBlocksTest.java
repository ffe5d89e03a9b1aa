/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.flink.configuration.YamlParserUtils;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

import javax.xml.parsers.DocumentBuilderFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads every block of code in the documentation. {@link DocumentedCodeTest} compiles the Java;
 * other tests run the queries and the scripts; what can only be read is parsed here.
 */
class DocumentedBlocksTest {

    /** What is only shown: output, and commands of programs that are not here. */
    private static final String SHOWN = "text";

    /** Commands, and what they print. */
    private static final String TRANSCRIPT = "console";

    /**
     * Pages whose queries run: in {@link DocumentedSqlITCase}, {@link SqlFunctionsITCase}, {@link
     * ClipFunctionITCase} and {@link GuideITCase}.
     */
    private static final Set<String> QUERIES =
            Set.of(
                    "sql.md",
                    "sql-functions.md",
                    "clips.md",
                    "README.md",
                    "five-minutes.md",
                    "know-kvs.md",
                    "replacing.md",
                    "tuning.md");

    /** Pages whose scripts are compiled ({@link GuideTest}) or run (with the embedded service). */
    private static final Set<String> SCRIPTS = Set.of("python.md", "testing.md");

    @TempDir Path folder;

    private record Block(String page, String language, String text) {}

    /** Readers must see at once what a block is, and somebody must check it. */
    @Test
    void everyBlockHasALanguageThatIsChecked() throws IOException {
        Set<String> unchecked = new TreeSet<>();
        List<Block> blocks = blocks();
        for (Block block : blocks) {
            boolean checked =
                    switch (block.language()) {
                        case "java", "sh", "json", "xml", "yaml", "properties", SHOWN, TRANSCRIPT ->
                                true;
                        case "sql" -> QUERIES.contains(block.page());
                        case "python", "js" -> SCRIPTS.contains(block.page());
                        default -> false;
                    };
            if (!checked) {
                unchecked.add(block.page() + ": ```" + block.language());
            }
        }
        assertThat(blocks).hasSizeGreaterThan(100);
        assertThat(unchecked).isEmpty();
    }

    /** Not all commands can run here, but a shell must understand all of them. */
    @Test
    void everyCommandParses() throws Exception {
        int commands = 0;
        for (Block block : blocks()) {
            String script =
                    switch (block.language()) {
                        case "sh" -> block.text();
                        case TRANSCRIPT -> typed(block.text());
                        default -> "";
                    };
            if (!script.isEmpty()) {
                Path file = Files.writeString(folder.resolve("commands.sh"), script);
                Process shell = new ProcessBuilder("sh", "-n", file.toString()).inheritIO().start();
                assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
                assertThat(shell.exitValue()).as("%s: %s", block.page(), script).isZero();
                commands++;
            }
        }
        assertThat(commands).isGreaterThan(20);
    }

    @Test
    void everyDocumentParses() throws Exception {
        for (Block block : blocks()) {
            switch (block.language()) {
                case "json" -> new ObjectMapper().readTree(block.text());
                case "xml" ->
                        DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(new InputSource(new StringReader(block.text())));
                case "yaml" ->
                        assertThat(
                                        YamlParserUtils.convertToObject(
                                                block.text().stripIndent(), Map.class))
                                .isNotEmpty();
                case "properties" -> {
                    Properties properties = new Properties();
                    properties.load(new StringReader(block.text()));
                    assertThat(properties).isNotEmpty().doesNotContainValue("");
                }
                default -> {}
            }
        }
    }

    @Test
    void theLibraryForTlsIsTheOneThatIsTested() throws Exception {
        String dependency =
                blocks().stream()
                        .map(Block::text)
                        .filter(text -> text.contains("netty-tcnative-boringssl-static"))
                        .findFirst()
                        .orElseThrow();
        Properties tested = new Properties();
        try (InputStream file =
                getClass()
                        .getResourceAsStream(
                                "/META-INF/maven/io.netty/netty-tcnative-boringssl-static/pom.properties")) {
            tested.load(file);
        }
        assertThat(dependency).contains("<version>" + tested.getProperty("version") + "</version>");
    }

    /** What is typed after each prompt, with lines that continue it. */
    private static String typed(String transcript) {
        StringBuilder script = new StringBuilder();
        boolean continues = false;
        for (String line : transcript.split("\n")) {
            if (continues || line.startsWith("$ ")) {
                script.append(line.replaceFirst("^\\$ ", "")).append('\n');
                continues = line.endsWith("\\");
            }
        }
        assertThat(script).as(transcript).isNotEmpty();
        return script.toString();
    }

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Path page : DocumentedCodeTest.pages()) {
            String name = page.getFileName().toString();
            String language = null;
            StringBuilder text = new StringBuilder();
            for (String line : Files.readAllLines(page)) {
                boolean fence = line.strip().startsWith("```");
                if (fence && language == null) {
                    language = line.strip().substring(3);
                    text.setLength(0);
                } else if (fence) {
                    blocks.add(new Block(name, language, text.toString()));
                    language = null;
                } else if (language != null) {
                    text.append(line).append('\n');
                }
            }
            assertThat(language).as("%s has a block without an end", name).isNull();
        }
        return blocks;
    }
}
