//! Messages that call the bot, from an outgoing webhook of a public channel.

use bytes::Bytes;
use nightowl_domain::{EventId, Hash};
use nightowl_engine::chat::Visitor;
use nightowl_engine::{Ports, Store};
use nightowl_mattermost::inbound::{Mention, mention_token, parse_mention};
use nightowl_messaging::{CommandResponse, Provider, Whisper};

use crate::deadlines::Arrival;
use crate::directory::Word;
use crate::needs::{MattermostTenants, Needs};
use crate::problem::Problem;
use crate::route::Desk;
use crate::tenants::{Candidate, by_token, candidates};

/// For how long the same post is the same call. The server sends each once.
const SEEN_SECONDS: u64 = 3600;

/// The answer goes to the person alone: what a webhook is answered with would stand in the channel
/// in somebody else's name.
pub(crate) async fn take<N: Needs>(
    desk: &Desk<N>,
    slug: Option<&str>,
    body: &Bytes,
    arrival: Arrival,
) -> Result<(), Problem> {
    let needs = &*desk.needs;
    let token = mention_token(body);
    let words = [Word::Token(token.expose())];
    let all = candidates(needs.mattermost_tenants(), &desk.directory, slug, &words).await?;
    let (proved, fitting) = by_token(all, &[token], body)?;
    let mention = parse_mention(&proved)?;
    let [of] = fitting.as_slice() else {
        tracing::error!("several tenants have the same token, so a mention is nobody's");
        return Ok(());
    };
    if !mention.is_called
        || is_own(of, &mention, arrival).await
        || !is_first(needs, of, &mention, arrival).await
    {
        return Ok(());
    }
    let tenant = match needs.mattermost_tenants().tenant(&of.slug).await {
        Ok(Some(tenant)) => tenant,
        Ok(None) => return Ok(()),
        Err(error) => {
            tracing::error!(%error, "the tenant's configuration cannot be read");
            return Err(Problem::Unavailable);
        }
    };
    let thread = thread_of(of, &mention, arrival).await;
    let visitor = Visitor {
        tenant: &tenant,
        provider: &*of.connection,
        user_ref: &mention.user_ref,
        user_name: &mention.user_name,
        channel: &mention.channel_id,
        thread: thread.as_deref(),
        arrived: arrival.at,
    };
    let event = EventId::from(Hash::of(&name_of(of, &mention).map(str::as_bytes)).text(15));
    let response = needs.engine().on_command(&visitor, &mention.args, event).await;
    let whisper = whispered(response);
    let said = of.connection.whisper(&mention.channel_id, &mention.user_ref, &whisper).await;
    if let Err(error) = said {
        tracing::warn!(%error, "a person could not be answered");
    }
    Ok(())
}

/// What our bot says fires webhooks too.
async fn is_own(of: &Candidate, mention: &Mention, arrival: Arrival) -> bool {
    match arrival.to_prove(of.connection.bot_id()).await {
        Some(Ok(bot)) => bot == mention.user_ref,
        // Nobody who is a bot may act, so this is only to be quiet.
        Some(Err(_)) | None => false,
    }
}

async fn is_first<N: Needs>(
    needs: &N,
    of: &Candidate,
    mention: &Mention,
    arrival: Arrival,
) -> bool {
    let name = Hash::of(&name_of(of, mention).map(str::as_bytes)).text(20);
    let store = needs.engine().ports().store();
    match store.use_once(&format!("mention:{name}"), arrival.at, SEEN_SECONDS).await {
        Ok(is_first) => is_first,
        Err(error) => {
            // The event has the same id both times, so it is done once.
            tracing::warn!(%error, "whether a mention came before cannot be asked");
            true
        }
    }
}

fn name_of<'a>(of: &'a Candidate, mention: &'a Mention) -> [&'a str; 3] {
    ["mattermost mention", &of.slug, &mention.post_id]
}

/// The webhook does not say it.
async fn thread_of(of: &Candidate, mention: &Mention, arrival: Arrival) -> Option<String> {
    match arrival.to_prove(of.connection.post_root(&mention.post_id)).await {
        Some(Ok(root)) => root,
        Some(Err(error)) => {
            tracing::warn!(%error, "the thread of a mention cannot be read");
            None
        }
        None => {
            tracing::warn!("reading the thread of a mention took too long");
            None
        }
    }
}

/// The same words, in one text.
fn whispered(response: CommandResponse) -> Whisper {
    let mut lines = vec![response.text];
    for section in response.sections {
        lines.extend([section.title, section.body]);
        let fields = section.fields.into_iter();
        lines.extend(fields.map(|field| format!("{}: {}", field.label, field.value)));
    }
    lines.retain(|line| !line.trim().is_empty());
    Whisper { text: lines.join("\n"), link: response.link }
}
