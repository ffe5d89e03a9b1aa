/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.catalog;

import io.github.flinkkvs.client.aws.AwsOptions;
import io.github.flinkkvs.table.KvsTableOptions;
import io.github.flinkkvs.table.factory.KvsDynamicTableFactory;

import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Catalog;
import org.apache.flink.table.catalog.CommonCatalogOptions;
import org.apache.flink.table.factories.CatalogFactory;
import org.apache.flink.table.factories.FactoryUtil;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Makes catalogs of {@code 'type' = 'kvs'}. */
@Internal
public final class KvsCatalogFactory implements CatalogFactory {

    private static final ConfigOption<String> DEFAULT_DATABASE =
            ConfigOptions.key(CommonCatalogOptions.DEFAULT_DATABASE_KEY)
                    .stringType()
                    .defaultValue(KvsCatalog.FRAGMENTS)
                    .withDescription("The database in which a session begins.");

    @Override
    public String factoryIdentifier() {
        return KvsDynamicTableFactory.IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    /** All options of tables, except those that the catalog itself sets. */
    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        Set<ConfigOption<?>> options =
                new HashSet<>(new KvsDynamicTableFactory().optionalOptions());
        options.remove(KvsTableOptions.STREAMS);
        options.remove(KvsTableOptions.STREAM_PREFIX);
        options.remove(KvsTableOptions.STREAM_PATTERN);
        options.remove(KvsTableOptions.STREAM_TAGS);
        options.remove(KvsTableOptions.RECORD);
        options.remove(KvsTableOptions.CREDENTIALS_OF_CATALOG);
        options.add(DEFAULT_DATABASE);
        return options;
    }

    @Override
    public Catalog createCatalog(Context context) {
        FactoryUtil.CatalogFactoryHelper helper =
                FactoryUtil.createCatalogFactoryHelper(this, context);
        // Providers may be nested, and have options of their own: opening the catalog checks them.
        helper.validateExcept("aws.credentials", AwsOptions.endpoint("").key());
        String database = helper.getOptions().get(DEFAULT_DATABASE);
        if (!database.equals(KvsCatalog.FRAGMENTS) && !database.equals(KvsCatalog.FRAMES)) {
            throw new ValidationException(
                    "There is no database '"
                            + database
                            + "': "
                            + DEFAULT_DATABASE.key()
                            + " is fragments or frames");
        }
        Map<String, String> options = new HashMap<>(context.getOptions());
        options.remove(CommonCatalogOptions.CATALOG_TYPE.key());
        options.remove(DEFAULT_DATABASE.key());
        options.remove(FactoryUtil.PROPERTY_VERSION.key());
        return new KvsCatalog(context.getName(), database, options);
    }
}
