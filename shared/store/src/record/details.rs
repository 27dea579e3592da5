use std::collections::BTreeMap;

use nightowl_domain::{Details, Link, LinkKind};
use nightowl_engine::ports::StoreError;
use serde::{Deserialize, Serialize};

use super::corrupt;

#[derive(Serialize, Deserialize)]
pub(crate) struct DetailsRecord {
    description: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkRecord>,
}

#[derive(Serialize, Deserialize)]
struct LinkRecord {
    kind: String,
    text: String,
    url: String,
}

impl From<&Details> for DetailsRecord {
    fn from(details: &Details) -> Self {
        let link = |link: &Link| LinkRecord {
            kind: link.kind.name().to_owned(),
            text: link.text.clone(),
            url: link.url.clone(),
        };
        Self {
            description: details.description.clone(),
            labels: details.labels.clone(),
            annotations: details.annotations.clone(),
            links: details.links.iter().map(link).collect(),
        }
    }
}

impl TryFrom<DetailsRecord> for Details {
    type Error = StoreError;

    fn try_from(record: DetailsRecord) -> Result<Self, StoreError> {
        let link = |link: LinkRecord| {
            let kind = LinkKind::parse(&link.kind).ok_or_else(|| corrupt("the kind of a link"))?;
            Ok(Link { kind, text: link.text, url: link.url })
        };
        Ok(Self {
            description: record.description,
            labels: record.labels,
            annotations: record.annotations,
            links: record.links.into_iter().map(link).collect::<Result<_, StoreError>>()?,
        })
    }
}
