/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.catalog;

import io.github.flinkkvs.client.aws.AwsConfig;
import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.client.streams.AccountStreams;
import io.github.flinkkvs.client.streams.AccountStreams.StreamsUnavailableException;
import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.KvsTableOptions.RecordMode;
import io.github.flinkkvs.table.factory.KvsDynamicTableFactory;
import io.github.flinkkvs.table.rows.MetadataColumn;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogDatabase;
import org.apache.flink.table.catalog.CatalogDatabaseImpl;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.CatalogException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.factories.Factory;
import org.apache.flink.table.factories.FactoryUtil;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The streams of an account as tables. A table has a row for each fragment in the database {@code
 * fragments}, and a row for each frame in {@code frames}. Both databases have one more table, of
 * all streams, those that will be created included. Thread-safe.
 *
 * <p>The catalog's options are those of its tables. A table shows no credentials: they reach its
 * source through {@link #getFactory}.
 */
@Internal
public final class KvsCatalog extends ReadOnlyCatalog {

    static final String FRAGMENTS = "fragments";
    static final String FRAMES = "frames";

    /** The table of all streams. No stream can have that name. */
    static final String ALL_STREAMS = "*";

    private static final Map<String, RecordMode> MODES =
            Map.of(FRAGMENTS, RecordMode.FRAGMENT, FRAMES, RecordMode.FRAME);

    private final Map<String, String> options;
    private AccountStreams streams;

    /**
     * @param options of the tables
     */
    KvsCatalog(String name, String defaultDatabase, Map<String, String> options) {
        super(name, defaultDatabase);
        this.options = Map.copyOf(options);
    }

    @Override
    public synchronized void open() {
        if (streams == null) {
            try {
                streams = new AccountStreams(AwsConfig.of(Configuration.fromMap(options)));
            } catch (IllegalArgumentException e) {
                throw new CatalogException("Catalog " + getName() + ": " + e.getMessage(), e);
            }
        }
    }

    @Override
    public synchronized void close() {
        if (streams != null) {
            streams.close();
            streams = null;
        }
    }

    @Override
    public Optional<Factory> getFactory() {
        return Optional.of(new KvsDynamicTableFactory(options));
    }

    // ---- databases ------------------------------------------------------------------------

    @Override
    public List<String> listDatabases() {
        return List.of(FRAGMENTS, FRAMES);
    }

    @Override
    public CatalogDatabase getDatabase(String database) throws DatabaseNotExistException {
        return new CatalogDatabaseImpl(
                Map.of(), "Streams of Kinesis Video, a row for each " + mode(database));
    }

    @Override
    public boolean databaseExists(String database) {
        return MODES.containsKey(database);
    }

    private RecordMode mode(String database) throws DatabaseNotExistException {
        if (!databaseExists(database)) {
            throw new DatabaseNotExistException(getName(), database);
        }
        return MODES.get(database);
    }

    // ---- tables ---------------------------------------------------------------------------

    @Override
    public List<String> listTables(String database) throws DatabaseNotExistException {
        mode(database);
        List<String> tables = new ArrayList<>(ask(() -> streams().names()));
        tables.add(ALL_STREAMS);
        return tables;
    }

    @Override
    public boolean tableExists(ObjectPath path) {
        return databaseExists(path.getDatabaseName())
                && (path.getObjectName().equals(ALL_STREAMS)
                        || ask(() -> streams().exists(path.getObjectName())));
    }

    @Override
    public CatalogBaseTable getTable(ObjectPath path) throws TableNotExistException {
        if (!tableExists(path)) {
            throw new TableNotExistException(getName(), path);
        }
        RecordMode mode = MODES.get(path.getDatabaseName());
        boolean all = path.getObjectName().equals(ALL_STREAMS);
        Map<String, String> tableOptions = new LinkedHashMap<>();
        options.forEach(
                (key, value) -> {
                    if (AwsOptions.isCredentialsKey(key) || AwsOptions.isSecret(key)) {
                        tableOptions.put(KvsTableOptions.CREDENTIALS_OF_CATALOG.key(), getName());
                    } else if (mode == RecordMode.FRAME || !key.startsWith("frame.")) {
                        // Fragments do not take the options of frames.
                        tableOptions.put(key, value);
                    }
                });
        // The SDK may have found the region here, and would not find it on the cluster.
        tableOptions.put(AwsOptions.REGION.key(), streams().region());
        tableOptions.put(FactoryUtil.CONNECTOR.key(), KvsDynamicTableFactory.IDENTIFIER);
        if (all) {
            tableOptions.put(KvsTableOptions.STREAM_PATTERN.key(), ".*");
        } else {
            tableOptions.put(KvsTableOptions.STREAMS.key(), path.getObjectName());
        }
        tableOptions.put(KvsTableOptions.RECORD.key(), mode.toString());
        return CatalogTable.newBuilder()
                .schema(schema(mode))
                .comment(
                        all
                                ? "All Kinesis video streams of the account"
                                : "Kinesis video stream " + path.getObjectName())
                .options(tableOptions)
                .build();
    }

    private static Schema schema(RecordMode mode) {
        Schema.Builder schema = Schema.newBuilder().column("payload", DataTypes.BYTES());
        for (MetadataColumn column : MetadataColumn.of(mode).values()) {
            schema.columnByMetadata(columnName(column), column.type(), column.key());
        }
        return schema.watermark(columnName(MetadataColumn.time(mode)), "SOURCE_WATERMARK()")
                .build();
    }

    /** A name that needs no quotes in SQL. */
    private static String columnName(MetadataColumn column) {
        return column.key().replace('-', '_');
    }

    private synchronized AccountStreams streams() {
        if (streams == null) {
            throw new CatalogException("Catalog " + getName() + " is not open");
        }
        return streams;
    }

    private <T> T ask(Supplier<T> question) {
        try {
            return question.get();
        } catch (StreamsUnavailableException e) {
            throw new CatalogException("Catalog " + getName() + ": " + e.getMessage(), e);
        }
    }

    @Override
    CatalogException refusal() {
        return new CatalogException(
                "Catalog "
                        + getName()
                        + " shows the streams of an account and cannot be changed: create tables,"
                        + " views and functions as TEMPORARY, or in another catalog");
    }
}
